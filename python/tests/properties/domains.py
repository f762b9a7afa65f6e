"""Ops whose arguments hang on each other: op -> draw of its arguments, by place and, last, by name in a dict."""

import domains_layer
import domains_number
import domains_tensor

DOMAINS = domains_tensor.DOMAINS | domains_layer.DOMAINS | domains_number.DOMAINS
