import { type KeyDraft, maxShownIps } from '../key-draft.js'
import { messageOf } from '../labels.js'
import { type Faulty, TextField } from './fields.js'

type Props = {
  readonly draft: KeyDraft
  readonly faults: Faulty
  /** Whether one of these buttons brought here: then the focus stays here. */
  readonly continued: boolean
}

/** The addresses of a key: *Add New IP* opens a field, *Ok* takes it into the list. */
export function IpFields({ draft: { allowedIps, newIp }, faults, continued }: Props) {
  const faultOf = (index: number) => faults.find(({ field }) => field === `allowedIps[${index}]`)
  const renews = { name: 'intent', 'data-renews': 'allowedIps default' }
  return (
    <fieldset id="allowedIps" tabindex={-1}>
      <legend>IP addresses</legend>
      <p class="hint">
        {allowedIps.length === 0
          ? 'Requests with this key are accepted from every address.'
          : 'Requests with this key are accepted only from these addresses.'}
      </p>
      {allowedIps.length > 0 && (
        <ul class="ips">
          {allowedIps.map((rule, index) => {
            const fault = faultOf(index)
            return (
              <li>
                <code>{rule}</code>
                <input type="hidden" name="allowedIps" value={rule} />
                <button type="submit" {...renews} value={`remove-ip ${index}`} aria-label={`Remove ${rule}`}>
                  Remove
                </button>
                {fault && <p class="fault">{messageOf(fault)}</p>}
              </li>
            )
          })}
        </ul>
      )}
      {newIp === undefined ? (
        allowedIps.length < maxShownIps && (
          <button type="submit" {...renews} value="new-ip" autofocus={continued}>
            Add New IP
          </button>
        )
      ) : (
        <div class="beside">
          <TextField
            name="newIp"
            label="New IP"
            hint="An address, a block such as 192.0.2.0/24, or a range such as 192.0.2.1-192.0.2.9"
            value={newIp}
            faults={faults}
            autofocus
          />
          <button type="submit" {...renews} value="ok-ip">
            Ok
          </button>
        </div>
      )}
    </fieldset>
  )
}
