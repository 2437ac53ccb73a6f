import { createAuthorizer, memoryStore } from 'rest-api-key'
import { type ConsoleOptions, createConsole } from 'rest-api-key/console'
import { createKeyManager } from 'rest-api-key/management'
import { describe, expect, it } from 'vitest'

const store = memoryStore()
const manager = createKeyManager({ repository: store, authorize: () => true })
const authenticate = () => null
const usable = { manager, authenticate }

describe('the options of a console', () => {
  it.each<[string, object | undefined, string]>([
    ['none at all', undefined, 'createConsole options'],
    ['one that does not exist', { ...usable, path: '/x' }, 'path'],
    ['no manager', { authenticate }, 'manager'],
    ['a manager that is none', { authenticate, manager: {} }, 'manager'],
    ['no authenticate', { manager }, 'authenticate'],
    ['an authenticate that is no function', { manager, authenticate: true }, 'authenticate'],
    ['an authorizer that is none', { ...usable, authorizer: {} }, 'authorizer'],
    ['a directory without roles', { ...usable, directory: { users: () => [] } }, 'directory'],
    ['a hook that is no function', { ...usable, onError: 'log' }, 'onError'],
    ...[
      '',
      'console',
      '/a//b',
      '/a/../b',
      '/.',
      '/a b',
      '/a?b',
      '/a#b',
      '/%61',
      '/a*',
      '/:a',
      'http://a/b',
      1,
    ].map((basePath): [string, object, string] => [
      `the path ${basePath}`,
      { ...usable, basePath },
      'basePath',
    ]),
    ...['a', [], ['http://a'], ['a/b'], ['a b'], [''], ['a', 1], ['*.a']].map(
      (hosts): [string, object, string] => [
        `the hosts ${JSON.stringify(hosts)}`,
        { ...usable, hosts },
        'hosts',
      ],
    ),
    ...['', 'sign-in', '//evil.example', 'javascript:alert(1)', 'data:x', 1].map(
      (signInUrl): [string, object, string] => [
        `to sign in at ${signInUrl}`,
        { ...usable, signInUrl },
        'signInUrl',
      ],
    ),
  ])('refuse %s', (_, options, name) => {
    expect(() => createConsole(options as unknown as ConsoleOptions)).toThrow(
      expect.objectContaining({
        code: name === 'path' ? 'unknown_option' : 'invalid_option',
        message: expect.stringContaining(`"${name}`),
      }),
    )
  })

  it('have defaults, and are copied', async () => {
    const hosts = ['127.0.0.1']
    const console = createConsole({ ...usable, authorizer: createAuthorizer({ store }), hosts })
    hosts.push('evil.example')
    expect(console.basePath).toBe('/console')
    expect((await console.fetch(new Request('http://evil.example/console'))).status).toBe(421)
    expect(createConsole({ ...usable, basePath: '/admin/keys/' }).basePath).toBe('/admin/keys')
    expect(createConsole({ ...usable, basePath: '/' }).basePath).toBe('')
  })
})
