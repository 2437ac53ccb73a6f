// What the number of IP rules costs, for one address and for more addresses than are remembered.
import { cachedAuthorizer, createIds, storeOf } from '../keys.mjs'
import { paired } from '../paired.mjs'
import { controlRow, print, ratioRow, settings } from '../rows.mjs'

const { rules, atMost, rounds } = settings({ rules: 10_000, rounds: 600 })
const keys = 10
const manyClients = 4_096

const networks = Array.from({ length: rules }, (_, index) => `10.${index >> 8}.${index & 255}`)
const middle = networks[rules >> 1]
const lists = {
  'one address': [`${middle}.7`],
  addresses: networks.map((network) => `${network}.7`),
  blocks: networks.map((network) => `${network}.0/25`),
  ranges: networks.map((network) => `${network}.0-${network}.99`),
}

const ids = createIds(keys)
const clients = Array.from({ length: manyClients }, (_, index) => `10.${(index >> 8) & 15}.${index & 255}.7`)
const candidates = []
for (const [name, list] of Object.entries(lists)) {
  const request = { ip: `${middle}.7` }
  const { authorize } = await cachedAuthorizer(ids, { store: storeOf(() => list), request })
  candidates.push({ name, call: async (index) => (await authorize(index)).allowed })
}
const { authorize, request } = await cachedAuthorizer(ids, { store: storeOf(() => ['10.0.0.0/8']) })
let turn = 0
candidates.push({
  name: `one block, ${manyClients.toLocaleString('en')} clients in turns`,
  async call(index) {
    turn = (turn + 1) % manyClients
    request.ip = clients[turn]
    return (await authorize(index)).allowed
  },
})

const [, control, ...others] = await paired(candidates, { rounds, callsPerRound: 500, indexes: keys })
const many = others.pop()
print([
  controlRow('one IP rule', control),
  ...others.map((measured) =>
    ratioRow(`${rules.toLocaleString('en')} IP rules (${measured.name}) / one address`, measured, { atMost }),
  ),
  ratioRow(`${many.name} / one address, one client`, many),
])
