// Keras's configuration beside floatx: what its functions use where an argument is left out.
#pragma once

#include <string>

namespace keravino {

/// The fuzz factor that keeps divisions and logarithms from 0 (keras.config.epsilon); 1e-7 at first.
double epsilon();
void set_epsilon(double value);

/// The layout of images where data_format is None (keras.config.image_data_format): "channels_last" at first.
std::string image_data_format();
/// Error for anything but "channels_first" and "channels_last".
void set_image_data_format(const std::string& data_format);

}  // namespace keravino
