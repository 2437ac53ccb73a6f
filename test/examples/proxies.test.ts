import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const guide = readFileSync(new URL('../../docs/ip-addresses-and-proxies.md', import.meta.url), 'utf8')
const recipes = new URL('../../examples/proxies/', import.meta.url)

it.each(readdirSync(recipes))('the guide shows the recipe of %s as it is tested', (file) => {
  expect(guide).toContain(`\`\`\`ts\n${readFileSync(new URL(file, recipes), 'utf8')}\`\`\`\n`)
})
