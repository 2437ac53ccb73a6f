import fc from 'fast-check'

/** A request to a page of the console, told so that a report can show it. */
export interface FormRequest {
  readonly user: 'jdoe' | 'guest' | 'ghost' | 'nobody'
  readonly method: string
  /** With `{group}` and `{key}` in it. */
  readonly path: string
  /** Whose group and key these are. */
  readonly of: 'acme' | 'globex' | 'none'
  readonly from: 'itself' | 'another site' | 'no origin' | 'a program'
  readonly type: string
  readonly body: string
}

const hostile = fc.constantFrom(
  ...[
    '<script>alert(1)</script>',
    '"><x-canary>',
    "'><x-canary>",
    '" x-canary="1',
    "' x-canary='1",
    '</textarea><x-canary>',
  ],
  ...[
    '</title><x-canary>',
    '</script><x-canary>',
    '<!--',
    ']]>',
    '&lt;x-canary&gt;',
    '&#60;x-canary&#62;',
    '<img src=x onerror=alert(1)>',
  ],
  ...[
    'javascript:alert(1)',
    '//evil.example',
    'https://evil.example',
    '\u2028',
    '\0',
    '\u202e',
    '\ud800',
    '\ufeff',
    '\r\nSet-Cookie: a=b',
  ],
  ...[
    '{{7*7}}',
    '../../etc',
    "' or 1=1 --",
    'x'.repeat(201),
    'x'.repeat(4_001),
    '𝒳'.repeat(101),
    '<'.repeat(300),
  ],
)
const usual = fc.constantFrom(
  ...[
    '',
    'Integrations',
    'jdoe',
    'Operator',
    'Administrator',
    'on',
    'save',
    'roles',
    'new-ip',
    'ok-ip',
    'remove-ip 0',
    '1',
    '2',
  ],
  ...[
    '192.0.2.7',
    '192.0.2.0/24',
    '300.1.1.1',
    'acme',
    'globex',
    '0',
    '-1',
    '1e3',
    '99999999999999999999',
    'true',
    '[]',
  ],
)
const value = fc.oneof(
  usual,
  hostile,
  fc.tuple(usual, hostile).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
)

const fieldName = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      ...[
        'name',
        'description',
        'version',
        'activated',
        'onBehalfOf',
        'inRole',
        'allowedIps',
        'newIp',
        'intent',
        'form',
      ],
      ...['search', 'key', 'tenant', 'ip'],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'tenantId',
      'id',
      'digest',
      'actor',
      '_method',
      '__proto__',
      'constructor',
      'groupId',
      '',
    ),
  },
)

/** A form that could be saved as it is, and one that could not. */
const fields = fc.tuple(
  fc.subarray<[string, string]>([
    ['name', 'Night shift'],
    ['version', '1'],
    ['activated', 'on'],
    ['description', '<x-canary title="1">'],
    ['form', 'a-form'],
  ]),
  fc.array(fc.tuple(fieldName, value), { maxLength: 5 }),
)
const encoded = fields.map(([right, more]) => new URLSearchParams([...right, ...more]).toString())
const broken = fc.constantFrom(
  ...[
    '%',
    '%zz=%',
    'name=%ff%fe&version=%c0%80',
    'name=%00',
    '&&&===',
    '=',
    'name',
    'name=a;version=1',
    'name=a\r\n\r\nversion=1',
  ],
  ...[
    'name=%3Cx-canary%3E&name=b',
    '{"name":"x"}',
    '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n',
  ],
  ...[`name=${'x'.repeat(70_000)}`, `${'a=1&'.repeat(10_000)}name=x`, `name=${'%3C'.repeat(5_000)}`],
)
const form = 'application/x-www-form-urlencoded'

export const formRequest: fc.Arbitrary<FormRequest> = fc.record({
  user: fc.oneof(
    { weight: 6, arbitrary: fc.constant('jdoe' as const) },
    fc.constantFrom('guest' as const, 'ghost' as const, 'nobody' as const),
  ),
  method: fc.oneof(
    { weight: 9, arbitrary: fc.constant('POST') },
    fc.constantFrom('GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
  ),
  path: fc.constantFrom(
    ...[
      '/groups/new',
      '/groups/{group}/edit',
      '/groups/{group}/delete',
      '/groups/{group}/keys/new',
      '/keys/{key}',
      '/search',
      '/test',
    ],
    ...[
      '/keys/{key}/activate',
      '/keys/{key}/deactivate',
      '/keys/{key}/delete',
      '/groups/{group}/search',
      '/history',
      '',
    ],
  ),
  of: fc.oneof(
    { weight: 6, arbitrary: fc.constant('acme' as const) },
    fc.constantFrom('globex' as const, 'none' as const),
  ),
  from: fc.oneof(
    { weight: 9, arbitrary: fc.constant('itself' as const) },
    fc.constantFrom('another site' as const, 'no origin' as const, 'a program' as const),
  ),
  type: fc.oneof(
    { weight: 9, arbitrary: fc.constant(form) },
    fc.constantFrom(
      `${form}; charset=utf-16`,
      'multipart/form-data; boundary=b',
      'text/plain',
      'application/json',
      `text/plain; ${form}`,
      '',
    ),
  ),
  body: fc.oneof({ weight: 4, arbitrary: encoded }, broken),
})
