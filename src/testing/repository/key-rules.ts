import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { KeyRecord } from '../../key-record.js'
import {
  allEvents,
  allKeys,
  digest,
  entryOf,
  event,
  key,
  lookUp,
  type RepositoryRule,
  start,
  withGroup,
  withKey,
} from './fixtures.js'

export const keyRules: readonly RepositoryRule[] = [
  [
    'key-round-trip',
    'keeps every field of a key as it was written',
    async (repository) => {
      const { id } = await withGroup(repository)
      const full = await withKey(repository, id, {
        activated: false,
        description: 'Nightly import',
        onBehalfOf: 'jdoe',
        inRole: 'Operator',
        allowedIps: ['192.0.2.7', '2001:db8::/32', '198.51.100.1-198.51.100.9'],
        expiresAt: new Date('2999-12-31T23:59:59.999Z'),
        metadata: { plan: 'gold', list: [1, 2.5, null, true, { deep: 'x' }] },
        createdAt: new Date(start + 1),
        updatedAt: new Date(start + 2),
        version: 7,
      })
      const plain = await withKey(repository, id)
      assert.deepEqual(await repository.findKey('acme', full.id), entryOf(full))
      assert.deepEqual(await repository.findKey('acme', plain.id), entryOf(plain))
      assert.deepEqual(await repository.listKeys('acme', allKeys), [entryOf(plain), entryOf(full)])
      assert.equal(await repository.findKey('acme', randomUUID()), null)
    },
  ],
  [
    'key-as-record',
    'gives an authorizer the record of what was written, changed and deleted',
    async (repository) => {
      const { id } = await withGroup(repository)
      const added = await withKey(repository, id, { inRole: 'Operator', allowedIps: ['192.0.2.7'] })
      const found = (await repository.findByDigest(added.digest, lookUp())) as KeyRecord
      assert.equal(found.digest, added.digest)
      assert.equal(found.tenantId, 'acme')
      assert.equal(found.activated, true)
      assert.equal(found.inRole, 'Operator')
      assert.deepEqual(found.allowedIps, ['192.0.2.7'])
      await repository.replaceKey({ ...entryOf(added), activated: false, version: 2 }, 1, event(added))
      assert.equal((await repository.findByDigest(added.digest, lookUp()))?.activated, false)
      await repository.deleteKey('acme', added.id, 2, event(added))
      assert.equal(await repository.findByDigest(added.digest, lookUp()), null)
    },
  ],
  [
    'key-lost-update',
    'replaces and deletes a key of the expected version only',
    async (repository) => {
      const { id } = await withGroup(repository)
      const added = await withKey(repository, id)
      const changed = { ...entryOf(added), description: 'first', version: 2, updatedAt: new Date(start + 1) }
      assert.equal(await repository.replaceKey(changed, 1, event(added)), true)
      assert.equal(await repository.replaceKey({ ...changed, description: 'lost' }, 1, event(added)), false)
      assert.equal(await repository.deleteKey('acme', added.id, 1, event(added)), false)
      assert.deepEqual(await repository.findKey('acme', added.id), changed)
      assert.equal(await repository.replaceKey(entryOf(key(id)), 1, event(added)), false)
    },
  ],
  [
    'key-one-winner',
    'lets exactly one of many simultaneous changes through',
    async (repository) => {
      const { id } = await withGroup(repository)
      const added = await withKey(repository, id)
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          repository.replaceKey({ ...entryOf(added), description: `${index}`, version: 2 }, 1, event(added)),
        ),
      )
      assert.equal(outcomes.filter(Boolean).length, 1)
      assert.equal((await repository.findKey('acme', added.id))?.description, `${outcomes.indexOf(true)}`)
      assert.equal((await repository.listAudit('acme', { ...allEvents, keyId: added.id })).length, 2)
    },
  ],
  [
    'digest-taken',
    'takes a digest once, in whichever tenant, and writes nothing otherwise',
    async (repository) => {
      const own = await withGroup(repository)
      const other = await withGroup(repository, { tenantId: 'globex' })
      const first = await withKey(repository, own.id)
      const again = [
        key(own.id, { digest: first.digest }),
        key(other.id, { digest: first.digest, tenantId: 'globex' }),
      ]
      for (const one of again) {
        const innocent = key(one.groupId as string, { tenantId: one.tenantId })
        assert.equal(
          await repository.insertKeys([innocent, one], [event(innocent), event(one)]),
          'digest_taken',
        )
        assert.equal(await repository.findKey(one.tenantId, innocent.id), null)
        assert.equal(await repository.findByDigest(innocent.digest, lookUp()), null)
        assert.deepEqual(await repository.listAudit(one.tenantId, { ...allEvents, keyId: innocent.id }), [])
      }
      const twins = [key(own.id, { digest: digest('twin') }), key(own.id, { digest: digest('twin') })]
      assert.equal(
        await repository.insertKeys(
          twins,
          twins.map((twin) => event(twin)),
        ),
        'digest_taken',
      )
      assert.equal(await repository.findByDigest(digest('twin'), lookUp()), null)
      assert.equal((await repository.findByDigest(first.digest, lookUp()))?.id, first.id)
    },
  ],
  [
    'digest-race',
    'lets exactly one of many simultaneous insertions of a digest through',
    async (repository) => {
      const { id } = await withGroup(repository)
      const rivals = Array.from({ length: 8 }, () => key(id, { digest: digest('rival') }))
      const outcomes = await Promise.all(
        rivals.map((rival) => repository.insertKeys([rival], [event(rival)])),
      )
      assert.deepEqual(outcomes.toSorted(), [...Array(7).fill('digest_taken'), 'inserted'])
      assert.equal((await repository.listKeys('acme', allKeys)).length, 1)
    },
  ],
  [
    'digest-again',
    'takes the digest of a deleted key again',
    async (repository) => {
      const { id } = await withGroup(repository)
      const added = await withKey(repository, id)
      await repository.deleteKey('acme', added.id, 1, event(added))
      const again = await withKey(repository, id, { digest: added.digest })
      assert.equal((await repository.findByDigest(added.digest, lookUp()))?.id, again.id)
    },
  ],
  [
    'touch',
    'moves the last use forward only, without changing anything else',
    async (repository) => {
      if (repository.touch === undefined) return
      const { id } = await withGroup(repository)
      const kept = await withKey(repository, id)
      const later = new Date(start + 2_000)
      await repository.touch([
        { id: kept.id, at: later },
        { id: 'nobody', at: later },
      ])
      await repository.touch([{ id: kept.id, at: new Date(start + 1_000) }])
      assert.deepEqual(await repository.findKey('acme', kept.id), { ...entryOf(kept), lastUsedAt: later })
      const changed = { ...entryOf(kept), version: 2, lastUsedAt: null }
      assert.equal(await repository.replaceKey(changed, 1, event(kept)), true)
      assert.deepEqual(await repository.findKey('acme', kept.id), { ...changed, lastUsedAt: later })
    },
  ],
  [
    'change-told',
    'tells every change of a key before the write settles',
    async (repository) => {
      if (repository.changes === undefined) return
      const heard: string[] = []
      const end = repository.changes.subscribe({
        connected() {},
        lost() {},
        flush: () => heard.push('*'),
        changed: (changed) => heard.push(changed),
      })
      const wasTold = (wanted: string) => heard.splice(0).some((one) => one === wanted || one === '*')
      const { id } = await withGroup(repository)
      heard.length = 0
      const twins = [key(id), key(id)]
      await repository.insertKeys(
        twins,
        twins.map((twin) => event(twin)),
      )
      const told = heard.splice(0)
      const isTold = told.includes('*') || twins.every((twin) => told.includes(twin.digest))
      assert.ok(isTold, 'creation of several')
      const kept = await withKey(repository, id)
      assert.ok(wasTold(kept.digest), 'creation')
      await repository.replaceKey({ ...entryOf(kept), activated: false, version: 2 }, 1, event(kept))
      assert.ok(wasTold(kept.digest), 'change')
      await repository.deleteKey('acme', kept.id, 2, event(kept))
      assert.ok(wasTold(kept.digest), 'deletion')
      await end()
      await withKey(repository, id)
      assert.deepEqual(heard, [])
    },
  ],
  [
    'restart',
    'keeps everything over a restart',
    async (repository, { reopen }) => {
      if (reopen === undefined) return
      const added = await withGroup(repository)
      const kept = await withKey(repository, added.id, { description: 'kept' })
      const again = await reopen()
      assert.deepEqual(await again.findGroup('acme', added.id), added)
      assert.deepEqual(await again.findKey('acme', kept.id), entryOf(kept))
      assert.equal((await again.findByDigest(kept.digest, lookUp()))?.id, kept.id)
      assert.equal((await again.listAudit('acme', allEvents)).length, 2)
    },
  ],
]
