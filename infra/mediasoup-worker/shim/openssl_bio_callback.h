#pragma once

// Included by force before DtlsTransport.cpp. Keeps its BIO callback away from OpenSSL's control calls.
//
// OpenSSL asks a BIO questions by control calls and lets a callback change the answer. mediasoup's callback, which is
// there to see the bytes that DTLS writes, answers 1 to each of them. One of the questions is "does the kernel do the
// encryption?" (BIO_CTRL_GET_KTLS_SEND). The OpenSSL that mediasoup brings is built without kernel TLS and never asks.
// Debian's does, takes the 1 for a yes, allocates no buffer for the records it writes, and the worker dies with SIGSEGV
// at the first DTLS handshake. Here a control call keeps the answer it had; the callback sees all the other operations.

#include <openssl/bio.h>

template<BIO_callback_fn_ex Callback>
long SkipControlCalls(
  BIO* bio, int operation, const char* argp, size_t len, int argi, long argl, int ret, size_t* processed)
{
	if ((operation & ~BIO_CB_RETURN) == BIO_CB_CTRL)
	{
		return ret;
	}

	return Callback(bio, operation, argp, len, argi, argl, ret, processed);
}

#define BIO_set_callback_ex(bio, callback) (BIO_set_callback_ex)((bio), &SkipControlCalls<&callback>)
