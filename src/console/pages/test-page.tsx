import type { DenialReason } from '../../decision.js'
import type { ExplainedCheck, ExplainedCopy, Explanation } from '../../explanation.js'
import type { KeyEntry } from '../../management/key-entry.js'
import type { ConsolePaths } from '../console-paths.js'
import { ErrorSummary, type Faulty, TextField } from './fields.js'

export interface TestDraft {
  readonly tenantId: string
  readonly ip: string
  /** A hint; never a Reference ID, which is not shown again. */
  readonly key: string
}

type Props = {
  readonly paths: ConsolePaths
  readonly draft: TestDraft
  readonly faults?: Faulty
  /** The key that was selected. */
  readonly selected?: KeyEntry | undefined
  /** Keys with the hint that was typed. */
  readonly candidates?: readonly KeyEntry[]
  readonly explanation?: Explanation | undefined
}

/** *Test a request*: which checks a request would pass, and why it would be refused. */
export function TestPage({ paths, draft, faults = [], selected, candidates = [], explanation }: Props) {
  return (
    <>
      <h1>Test a request</h1>
      <p>
        Every check that a request with a key of this tenant would go through. Nothing is sent, nothing
        changes.
      </p>
      <ErrorSummary faults={faults} title="Not tested yet" />
      {explanation && <Outcome explanation={explanation} />}
      <form method="post" action={paths.test} class="panel">
        <TextField
          name="tenantId"
          label="Tenant"
          hint="The tenant that the request is for; empty, if it names none"
          value={draft.tenantId}
          faults={faults}
        />
        <TextField
          name="ip"
          label="IP address"
          hint="Of the client; empty, if unknown"
          value={draft.ip}
          faults={faults}
        />
        {selected ? (
          <p>
            Key <code>{selected.hint}</code> <input type="hidden" name="keyId" value={selected.id} />
            <a href={paths.test}>Test another key</a>
          </p>
        ) : (
          <TextField
            name="key"
            label="Key"
            hint="Its Reference ID or its hint. A Reference ID is not shown again and not recorded."
            value={draft.key}
            faults={faults}
          />
        )}
        <p class="actions">
          <button type="submit" class="primary">
            Test
          </button>
          <a class="button" href={paths.home}>
            Back
          </a>
        </p>
        {/* Behind the other one, which Enter presses. */}
        {candidates.length > 0 && (
          <fieldset>
            <legend>Several keys have this hint. Test the one</legend>
            <ul class="choices">
              {candidates.map(({ id, hint, description }) => (
                <li>
                  <button type="submit" name="keyId" value={id}>
                    {hint} {description?.slice(0, 60)}
                  </button>
                </li>
              ))}
            </ul>
          </fieldset>
        )}
      </form>
    </>
  )
}

function Outcome({
  explanation: { allowed, reason, checks, cached },
}: {
  readonly explanation: Explanation
}) {
  return (
    <section aria-labelledby="outcome" class={allowed ? 'notice good' : 'notice bad'}>
      <h2 id="outcome" tabindex={-1} autofocus>
        {reason === undefined
          ? 'The request would be accepted'
          : `The request would be refused: ${reasons[reason]}`}
      </h2>
      <dl class="checks">
        {checks.map(({ name, outcome, detail }) => (
          <div>
            <dt>
              {names[name]} <span class={`status ${colors[outcome]}`}>{outcomes[outcome]}</span>
            </dt>
            <dd>
              <bdi>{detail}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      {cached && <p>{copyText(cached)}</p>}
    </section>
  )
}

const names: Readonly<Record<ExplainedCheck['name'], string>> = {
  credentials: 'Reference ID',
  tenant_claim: 'Tenant of the request',
  key: 'Key',
  activated: 'Activated',
  not_expired: 'Not expired',
  tenant: 'Tenant of the key',
  ip: 'IP address',
}

const colors: Readonly<Record<ExplainedCheck['outcome'], string>> = {
  passed: 'on',
  failed: 'off',
  unknown: 'open',
}

const outcomes: Readonly<Record<ExplainedCheck['outcome'], string>> = {
  passed: 'Passed',
  failed: 'Failed',
  unknown: 'Not checked',
}

const reasons: Readonly<Record<DenialReason, string>> = {
  missing_credentials: 'it carries no Reference ID',
  malformed_credentials: 'it carries no well-formed Reference ID',
  unknown_key: 'this tenant has no such key',
  deactivated: 'the key is deactivated',
  expired: 'the key has expired',
  wrong_tenant: 'the key does not belong to this tenant',
  ip_not_allowed: 'the key does not belong to this IP address',
  role_not_allowed: 'the role of the key is not allowed',
  store_unavailable: 'keys cannot be checked at the moment',
}

function copyText({ ageMs, inUse, reason }: ExplainedCopy): string {
  const age = `The cache of this server holds a copy that was read ${Math.round(ageMs / 1_000)} s ago`
  if (!inUse) return `${age} and is read again before it is used.`
  return `${age}; by it the request would be ${reason === undefined ? 'accepted' : `refused: ${reasons[reason]}`}.`
}
