/**
 * Compresses a page on its way out. Only for pages whose content is public: a page that holds a secret beside
 * something a stranger can put there must not be compressed (BREACH).
 */
export function compressPage(request: Request, response: Response): Response {
  const { headers, body, status } = response;
  const type = headers.get('content-type') ?? '';
  if (!body || headers.has('content-encoding') || !/^(text\/html|application\/json)/.test(type))
    return response;
  const out = new Headers(headers);
  out.append('vary', 'accept-encoding');
  if (!/\bgzip\b/.test(request.headers.get('accept-encoding') ?? ''))
    return new Response(body, { status, headers: out });
  out.set('content-encoding', 'gzip');
  out.delete('content-length');
  return new Response(body.pipeThrough(new CompressionStream('gzip')), { status, headers: out });
}
