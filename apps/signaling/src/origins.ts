/**
 * Whether a page of `origin` may use the server (RFC 6455 §10.2: browsers send cross-origin WebSocket requests
 * without asking, so the server has to look). No Origin means no browser; the server's own page is always allowed.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  requestUrl: string,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === new URL(requestUrl).host;
}
