import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Call, call, secret } from './argument-arbitraries.js'
import { type Campaign, campaignOf } from './campaign.js'
import { type CommandEnd, runCommand } from './in-process-command.js'

/** What is under test. */
export type RunCommand = typeof runCommand

/**
 * Arguments of the command, right, wrong and of any kind: it ends with a documented code, says what is wrong on one line,
 * and repeats no secret; what is wrong in itself ends with 2.
 */
export async function argumentsCampaign(run: RunCommand = runCommand): Promise<Campaign> {
  const folder = await mkdtemp(join(tmpdir(), 'rest-api-key-fuzz-'))
  const file = (name: string) => join(folder, name)
  await writeFile(file('secret'), `${secret}\n`)
  await writeFile(file('pepper'), `${secret}-${secret}\n`)
  await writeFile(file('rows.csv'), `referenceId,allowedIps\n${secret},192.0.2.7\nOTHER-2,192.0.2.300\n`)
  const store = (name: string) => ['--store', `sqlite:${file(name)}`, '--tenant', 'acme']
  const prepare = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runCommand([...store('template.db'), ...args], '')
    assert.equal(code, 0, stderr)
    return stdout.trim()
  }
  await prepare('migrate')
  const group = await prepare('groups', 'create', '--name', 'Integrations')
  await prepare('keys', 'create', '--group', group)
  const key = JSON.parse(await prepare('keys', 'list', '--json')).items[0].id as string
  const words = { group, key, rows: file('rows.csv'), secret: file('secret'), pepper: file('pepper') }

  return campaignOf({
    name: 'arguments',
    inputs: call,
    async check(one) {
      await copyFile(file('template.db'), file('keys.db'))
      const args = one.args.map((word) =>
        word.replace(/^\{(\w+)\}$/, (_, name: string) => words[name as keyof typeof words] ?? word),
      )
      judge(one, await run([...store('keys.db'), ...args], one.input))
    },
    close: () => rm(folder, { recursive: true, force: true }),
  })
}

function judge({ isWrong }: Call, { code, stdout, stderr }: CommandEnd): void {
  const shown = `${code}: ${stderr}`
  assert.ok([0, 1, 2, 3].includes(code), shown)
  if (isWrong) assert.equal(code, 2, shown)
  if (code === 2 || code === 3) assert.match(stderr, /^(?:[^\n]*\n)*rest-api-key: [^\n]+\n$/, shown)
  assert.ok(!/^ +at |node:|Error:/m.test(stderr), `tells where it failed: ${stderr}`)
  assert.ok(!`${stdout}${stderr}`.includes(secret), 'repeats a secret')
}
