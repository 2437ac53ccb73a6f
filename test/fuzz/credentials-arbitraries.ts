import fc from 'fast-check'

/** The Reference ID that exists. */
export const knownId = '0123456789ABCDEF0123456789ABCDEF'

const inAnyCase = (text: string) => fc.mixedCase(fc.constant(text))

const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(knownId, 'rest_api_key', 'rest_api_key=', `rest_api_key=${knownId}`),
  },
  { weight: 2, arbitrary: fc.constantFrom(' ', '\t', '=', ',', ', ', ';', '"', "'", ':', '  ') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('Bearer ', 'Bearer', 'Basic ', 'Digest a="', 'Basic dXNlcjpwYXNz', 'bearerX '),
  },
  { weight: 1, arbitrary: fc.oneof(inAnyCase('rest_api_key='), inAnyCase('bearer ')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\u00a0',
      '\u00ff',
      '\u0085',
      '%3D',
      '=3D',
      '\u000b',
      '\u001f',
      '\u007f',
      '\u00ad',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'A',
      '-._~',
      '/',
      '+',
      'é',
      '*',
      'x'.repeat(223),
      'x'.repeat(256),
      'x'.repeat(5_000),
    ),
  },
)

const around = fc.constantFrom('', ' ', '\t', '"', '\u00a0')
const ownValue = (before: string, between: string, after: string) =>
  `rest_api_key${before}=${between}${knownId}${after}`

/** A value of a header that carries credentials, nearly does, or carries something else; each character is one byte. */
export const headerValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(around, around, around).map((parts) => ownValue(...parts)) },
  { weight: 3, arbitrary: fc.constant(`rest_api_key=${knownId}`) },
  { weight: 1, arbitrary: fc.constantFrom(`Bearer ${knownId}`, knownId, 'rest_api_key=OTHER', '') },
  { weight: 2, arbitrary: inAnyCase('rest_api_key=').map((name) => name + knownId) },
  { weight: 4, arbitrary: fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')) },
  {
    weight: 1,
    arbitrary: fc.tuple(piece, piece).map(([before, after]) => `${before}rest_api_key=${knownId}${after}`),
  },
)
