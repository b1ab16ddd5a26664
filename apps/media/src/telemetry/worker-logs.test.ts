import { expect, it } from 'vitest';
import { severityOf } from './worker-logs.ts';

it.each([
  [
    'a client that breaks DTLS',
    "[pid:1] RTC::DtlsTransport::CheckStatus() | OpenSSL error [desc:'SSL status: SSL_ERROR_SSL', error:'error:0A000067:SSL routines::bad change cipher spec']",
    'warn',
  ],
  [
    'a client that offers an SSRC twice',
    '[pid:1] RTC::RtpListener::AddProducer() | throwing MediaSoupError: ssrc already exists in RTP listener [ssrc:2000]',
    'warn',
  ],
  [
    'our certificate',
    "[pid:1] RTC::DtlsTransport::ClassInit() | OpenSSL error [desc:'X509_new() failed']",
    'error',
  ],
  [
    'a request about what is gone',
    'request failed [method:CONSUMER_CLOSE, id:7]: Consumer not found',
    'debug',
  ],
  [
    'a channel that the node has closed',
    '(stderr) UnixStreamSocketHandle::Write() | uv_try_write() failed, trying uv_write(): broken pipe',
    'debug',
  ],
  [
    'an estimate below the least bitrate',
    '[pid:1] webrtc::GoogCcNetworkController::ClampConstraints() | start bitrate smaller than min bitrate [starting_rate_:30000, min_data_rate_:100000]',
    'debug',
  ],
  ['anything else', 'request failed [method:TRANSPORT_CONSUME, id:7]: wrong parameters', 'error'],
] as const)('an error about %s', (_, message, severity) => {
  expect(severityOf('error', message)).toBe(severity);
});
