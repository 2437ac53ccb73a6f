/**
 * Whether a request comes from where the console itself is, or changes nothing. Browsers say whence a request comes: every
 * one of today sends both headers with whatever can change something, and no page can forge them.
 *
 * Programs send neither. They pass if no page of another site could have made a browser send the same without asking
 * first (CORS): with another method than POST, or with JSON.
 */
export function isFromSameSite(request: Request): boolean {
  const { method, headers } = request
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return true
  const origin = headers.get('origin')
  const site = headers.get('sec-fetch-site')
  if (origin === null && site === null) return method !== 'POST' || isJson(headers.get('content-type'))
  return (site === null || site === 'same-origin') && (origin === null || isOf(origin, request))
}

function isJson(contentType: string | null): boolean {
  return contentType !== null && /^application\/json(?:$|[ \t]*;)/i.test(contentType)
}

/** By host and port alone: behind a proxy that ends TLS, the scheme of the request is another one. */
function isOf(origin: string, request: Request): boolean {
  return URL.canParse(origin) && new URL(origin).host === new URL(request.url).host
}
