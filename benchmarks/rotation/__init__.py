"""What a rotation costs, ours beside any other rotation handler: `make bench`.

Both handlers run from a zip under the runtime that stands for Lambda's, against one real
a database over TLS and a Secrets Manager over HTTP, in turn, so that whatever else the machine does
meets both alike.
"""
