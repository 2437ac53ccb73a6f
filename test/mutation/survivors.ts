import type { Survivors } from './judge.js'

/** Every mutant that no test notices, and why none can. `npm run test:mutation` refuses a list that is not exact. */
export const survivors: Survivors = {
  'adapters/express.ts': [
    {
      line: 'if (requestAuthorization in req) req[requestAuthorization] = authorization',
      changes: ['requestAuthorization in req → true'],
      reason: 'It would stand on the request as well, which takes time and shows nowhere else.',
    },
  ],
  'adapters/fastify.ts': [
    {
      line: 'if (!decision.allowed) return answer(decision, authorization, request, reply).then(() => false)',
      changes: ['() => false → () => undefined', 'false → true'],
      reason:
        'An asynchronous function that returns a reply has ended when the reply is sent, and Fastify goes no further then.',
    },
  ],
  'adapters/nestjs/api-key-module.ts': [
    {
      line: "const moduleId = Symbol.for('rest-api-key.nest-module-id')",
      changes: [`'rest-api-key.nest-module-id' → ""`],
      reason: 'Nobody asks for what is provided under it: its value makes the module look like no other.',
    },
  ],
  'src/address-reader.ts': [
    {
      line: 'if (ip === undefined) return undefined',
      changes: ['ip === undefined → false'],
      reason: 'Nothing is remembered of `undefined`, and it is no address: what follows comes to the same.',
    },
  ],
  'src/answer-within.ts': [
    {
      line: 'reject(signal?.reason)',
      changes: ['signal?.reason → signal.reason'],
      reason: 'Only a signal calls it.',
    },
  ],
  'src/authorizer-options.ts': [
    {
      line: 'touch: async (uses) => store.touch?.(uses),',
      changes: ['store.touch?.(uses) → store.touch(uses)'],
      reason: 'The store was found to have it.',
    },
  ],
  'src/authorizer.ts': [
    {
      line: 'const address = key.ipRules === null ? undefined : readAddress(ip)',
      changes: ['key.ipRules === null → false'],
      reason: 'An address that no rule asks for is read in vain.',
    },
    {
      line: 'if (address !== undefined) key.lastAddress = address',
      changes: [
        'address !== undefined → true',
        'address !== undefined → false',
        'address !== undefined → address === undefined',
      ],
      reason:
        'An address that is not remembered is found in the rules again; `undefined` passes only where there are none.',
    },
    {
      line: 'if (principal !== null && principal.inRole !== null && roles.includes(principal.inRole))',
      changes: ['principal.inRole !== null → true'],
      reason: 'No list of roles holds `null`.',
    },
    {
      line: 'if (onDecision !== undefined) {',
      changes: ['onDecision !== undefined → true'],
      reason: 'Nobody is told what was put together in vain.',
    },
  ],
  'src/cached-key.ts': [
    {
      line: 'if (text === null) return text',
      changes: ['text === null → true'],
      reason: 'A text of its own is the same text, and takes up more memory.',
    },
    {
      line: 'names[text] = true',
      changes: ['true → false'],
      reason: 'The name is taken, not the value.',
    },
  ],
  'src/checks.ts': [
    {
      line: 'return key.ipRules === null || key.lastAddress === address || allowsAddress(key.ipRules, address)',
      changes: ['key.lastAddress === address → false'],
      reason: 'An address that was found in the rules is found there again.',
    },
  ],
  'src/errors.ts': [
    {
      line: 'Object.defineProperty(this, brand, { value: true })',
      changes: ['{ value: true } → {}', 'true → false'],
      reason: 'An error is recognised by having the brand, whatever its value.',
    },
  ],
  'src/explain.ts': [
    {
      line: 'key?.failure ??',
      changes: ['key?.failure → key.failure'],
      reason: 'No key is asked for only where the credentials failed, and then this is not reached.',
    },
    {
      line: 'return check.passes(found.key, claim, address) ? { detail, value: true } : { detail }',
      changes: ['true → false'],
      reason: 'A check has passed if it has a value, whichever.',
    },
    {
      line: 'const copies = config.digests.map((digest) => peekOf(() => cache?.peek(cacheKeyOf(digest(referenceId)))))',
      changes: ['cache?.peek → cache.peek'],
      reason: 'Whatever fails there means that nothing is cached.',
    },
    {
      line: '} catch {',
      changes: ['{ return undefined } → {}'],
      reason: 'A function that returns nothing returns `undefined`.',
    },
  ],
  'src/header-credentials.ts': [
    {
      line: "name: '',",
      changes: [`'' → "Stryker was here!"`],
      reason:
        'A name is compared with those of other formats of the same header only, which all have this one.',
    },
  ],
  'src/header-lines.ts': [
    {
      line: 'if (candidate.length === name.length && (candidate === name || candidate.toLowerCase() === name)) {',
      changes: ['candidate.length === name.length → true', 'candidate === name → false'],
      reason: 'Cheap comparisons before the one that decides.',
    },
  ],
  'src/ip-rules.ts': [
    {
      line: 'ranges.sort((a, b) => a.first.length - b.first.length || (a.first < b.first ? -1 : 1))',
      changes: ['a.first < b.first → a.first <= b.first'],
      reason: 'Ranges with one start are merged, in whatever order they come.',
    },
    {
      line: 'if (previous?.first.length !== range.first.length || previous.last < range.first) merged.push(range)',
      changes: ['previous.last < range.first → previous.last <= range.first'],
      reason: 'Ranges that share one address name the same addresses whether they are merged or not.',
    },
    {
      line: 'else if (range.last > previous.last) merged[merged.length - 1] = { ...previous, last: range.last }',
      changes: ['range.last > previous.last → range.last >= previous.last'],
      reason: 'A range is replaced by an equal one.',
    },
    {
      line: 'else if (range.last > previous.last) merged[merged.length - 1] = { ...previous, last: range.last }',
      changes: ['merged.length - 1 → merged.length + 1'],
      reason:
        'The range that is not replaced has the same start and stands before the longer one, which is found.',
    },
  ],
  'src/notify.ts': [
    {
      line: 'Promise.resolve(hook?.(...args)).catch(() => {})',
      changes: ['hook?.(...args) → hook(...args)'],
      reason: 'To call what is not there throws, which is ignored like every failure of a hook.',
    },
  ],
  'src/stores/memory.ts': [
    {
      line: 'const events: AuditEvent[] = []',
      changes: ['[] → ["Stryker was here"]'],
      reason: "Only a tenant's events are ever read, and a text is of no tenant.",
    },
    {
      line: 'if (key !== undefined && (key.lastUsedAt === null || key.lastUsedAt < at)) {',
      changes: ['key.lastUsedAt < at → key.lastUsedAt <= at'],
      reason: 'A moment is replaced by an equal one.',
    },
  ],
  'src/stores/redis/change-stream.ts': [
    {
      line: 'const [id, fields]: readonly unknown[] = Array.isArray(entry) ? entry : []',
      changes: ['[] → ["Stryker was here"]'],
      reason: 'What is no entry has no fields either, and is refused for that.',
    },
  ],
  'src/stores/redis/groups.ts': [
    {
      line: "[unchanged(key, found.text, 'changed')],",
      changes: [`'changed' → ""`],
      reason: 'Only that it is not `null` is looked at.',
    },
  ],
  'src/stores/redis/keys.ts': [
    {
      line: 'return digest === null ? [] : { id, digest, lastUse: replies[ids.length + index] ?? null }',
      changes: ['digest === null → false', '[] → ["Stryker was here"]'],
      reason: 'What is read instead is no key with this id, and is left out below.',
    },
    {
      line: "const groups = new Set(keys.map(({ tenantId, groupId }) => names.group(tenantId, groupId ?? '')))",
      changes: [`'' → "Stryker was here!"`],
      reason: 'Any id will do that no group has.',
    },
    {
      line: "const checks = [unchanged(names.record(digest), found.text, 'changed')]",
      changes: [`'changed' → ""`],
      reason: 'Only that it is not `null` is looked at.',
    },
    {
      line: "checks.push(present(names.group(key.tenantId, key.groupId), 'changed'))",
      changes: [`'changed' → ""`],
      reason: 'Only that it is not `null` is looked at.',
    },
  ],
  'src/stores/sql/audit.ts': [
    {
      line: "if (after !== null) query = query.where(behind('at', after, dialect, 'descending'))",
      changes: [`'descending' → ""`],
      reason: 'Every order is descending that is not ascending.',
    },
  ],
  'src/stores/sql/change-position.ts': [
    {
      line: "this.#last = newest.reduce((last, row) => (row.seq > last.seq ? row : last), { seq: 0, digest: '' })",
      changes: ['row.seq > last.seq → row.seq >= last.seq', `'' → "Stryker was here!"`],
      reason: 'No two rows have one number; and the digest of number 0, which is no row, is not looked at.',
    },
    {
      line: 'if (row.seq < this.last) continue',
      changes: ['row.seq < this.last → row.seq <= this.last'],
      reason: 'The row with that number has been left out, and no two have one.',
    },
  ],
  'src/stores/sql/connection.ts': [
    {
      line: ".selectFrom('rest_api_keys')",
      changes: [`'rest_api_keys' → ""`],
      reason: 'The statement is never run: what is read of it is the same for every table and column.',
    },
    {
      line: ".select('id')",
      changes: [`'id' → ""`],
      reason: 'The statement is never run: what is read of it is the same for every table and column.',
    },
    {
      line: ".where('id', '=', '')",
      changes: [`'id' → ""`, `'' → "Stryker was here!"`],
      reason: 'The statement is never run: what is read of it is the same for every column and value.',
    },
  ],
  'src/stores/sql/keys.ts': [
    {
      line: "const ids = new Set(keys.map(({ groupId }) => groupId ?? ''))",
      changes: [`'' → "Stryker was here!"`],
      reason: 'Any id will do that no group has.',
    },
  ],
  'src/stores/sql/look-ups.ts': [
    {
      line: "const one = select.where('digest', '=', exact('')).compile()",
      changes: [`'' → "Stryker was here!"`],
      reason: 'Each look-up puts its digest in its place.',
    },
    {
      line: "if (moment > (latest.get(id) ?? '')) latest.set(id, moment)",
      changes: ["moment > (latest.get(id) ?? '') → moment >= (latest.get(id) ?? '')"],
      reason: 'A moment is replaced by an equal one.',
    },
    {
      line: 'const ordered = [...latest].sort(([a], [b]) => (a < b ? -1 : 1))',
      changes: ['a < b → a <= b'],
      reason: 'No id is in it twice.',
    },
    {
      line: 'const none: readonly string[] = []',
      changes: ['[] → ["Stryker was here"]'],
      reason: 'Each look-up puts its digests in their place.',
    },
  ],
  'src/tenant-from-subdomain.ts': [
    {
      line: "return host.exec(trustedHost() ?? '')?.[1]?.toLowerCase()",
      changes: [
        "host.exec(trustedHost() ?? '')?.[1]?.toLowerCase → host.exec(trustedHost() ?? '')?.[1].toLowerCase",
        `'' → "Stryker was here!"`,
      ],
      reason: 'Whatever matches has a label; and any text that is no host will do where there is no host.',
    },
  ],
  'src/key-cache.ts': [
    {
      line: 'if (readAtMs === undefined) return undefined',
      changes: ['readAtMs === undefined → false'],
      reason: 'In `get`: no age is below a limit then, and what is deleted is not there.',
    },
  ],
  'src/key-lookup.ts': [
    {
      line: 'const load: Load = { underWay: undefined }',
      changes: ['{ underWay: undefined } → {}'],
      reason: 'It is set before anybody looks.',
    },
  ],
  'src/pending-read.ts': [
    {
      line: 'this.#end()?.resolve(record)',
      changes: ['this.#end()?.resolve → this.#end().resolve'],
      reason: 'Where a read has ended, what is thrown rejects it in vain.',
    },
  ],
  'src/record-reader.ts': [
    {
      line: 'if (reads.length === 1 || store.findManyByDigest === undefined) {',
      changes: ['store.findManyByDigest === undefined → false'],
      reason: 'There are several only if the store finds several.',
    },
  ],
  'src/records-by-digest.ts': [
    {
      line: "return typeof digest === 'string' ? digest : ''",
      changes: [`typeof digest === 'string' → true`, `'' → "Stryker was here!"`],
      reason: 'Whatever is no digest that was asked for is as good as any other.',
    },
    {
      line: '} catch {',
      changes: ["{ return '' } → {}"],
      reason: 'The same.',
    },
    {
      line: "return ''",
      changes: [`'' → "Stryker was here!"`],
      reason: 'The same.',
    },
  ],
  'src/vary.ts': [
    {
      line: 'const lowerCase = name.toLowerCase()',
      changes: ['name.toLowerCase() → name.toUpperCase()'],
      reason: 'Names of headers are ASCII, of which either case tells as much.',
    },
  ],
}
