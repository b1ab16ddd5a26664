/**
 * The public API: what `import … from '@parley/server'` offers.
 *
 * @module
 */
export { type ApiTokenOptions, mintApiToken, mintToken, type TokenOptions } from './mint-token.ts';
export { verifyWebhook, WebhookError } from './verify-webhook.ts';
