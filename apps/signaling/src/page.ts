/**
 * The page as it was built, with who may show it in a frame (CSP Level 3 §6.4.2). Its own origin always may.
 *
 * @param ancestors origins, or `*`
 */
export function framedBy(page: Response, ancestors: readonly string[]): Response {
  const policy = page.headers.get('Content-Security-Policy');
  if (policy === null || ancestors.length === 0) return page;
  const framed = new Response(page.body, page);
  const directive = ['frame-ancestors', "'self'", ...ancestors].join(' ');
  framed.headers.set('Content-Security-Policy', policy.replace(/frame-ancestors [^;]*/, directive));
  return framed;
}
