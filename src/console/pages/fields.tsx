import type { PropsWithChildren } from 'hono/jsx'
import type { Fault } from '../../errors.js'
import { messageOf } from '../labels.js'

/** What is wrong with a form, by field; empty where nothing is. */
export type Faulty = readonly Fault[]

/** Leads to each field that has to be corrected. The focus goes there, so that nobody overlooks it. */
export function ErrorSummary({
  faults,
  title = 'Not saved yet',
}: {
  readonly faults: Faulty
  readonly title?: string
}) {
  if (faults.length === 0) return null
  return (
    <div class="notice bad" role="alert" tabindex={-1} autofocus>
      <h2>{title}</h2>
      <ul>
        {faults.map((fault) => (
          <li>
            <a href={`#${fault.field.replace(/\[.*/, '')}`}>{messageOf(fault)}</a>
          </li>
        ))}
      </ul>
    </div>
  )
}

type FieldProps = {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly faults: Faulty
}

/** The attributes that tie a control to its label, its hint and its fault. */
function controlOf({ name, hint, faults }: Omit<FieldProps, 'label'>) {
  const fault = faults.some(({ field }) => field === name)
  const described = [hint !== undefined && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(' ')
  return {
    id: name,
    name,
    ...(described !== '' && { 'aria-describedby': described }),
    ...(fault && { 'aria-invalid': 'true' as const }),
  }
}

/** Label, hint and fault around a control. */
function Field({ name, label, hint, faults, children }: PropsWithChildren<FieldProps>) {
  const fault = faults.find(({ field }) => field === name)
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint !== undefined && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="fault" id={`${name}-fault`}>
          {messageOf(fault)}
        </p>
      )}
      {children}
    </div>
  )
}

type TextProps = FieldProps & {
  readonly value: string
  readonly required?: boolean
  readonly autofocus?: boolean
}

export function TextField({ value, required, autofocus, ...field }: TextProps) {
  return (
    <Field {...field}>
      <input
        type="text"
        {...controlOf(field)}
        value={value}
        required={required}
        autofocus={autofocus}
        autocomplete="off"
        spellcheck={false}
      />
    </Field>
  )
}

export function TextArea({ value, ...field }: Omit<TextProps, 'required' | 'autofocus'>) {
  return (
    <Field {...field}>
      {/* The first line break of a textarea is not its own. */}
      <textarea {...controlOf(field)} rows={3}>{`\n${value}`}</textarea>
    </Field>
  )
}

export interface Choice {
  readonly value: string
  readonly label: string
}

type SelectProps = FieldProps & {
  readonly value: string
  readonly choices: readonly Choice[]
  /** The id of a button that is pressed when another one is chosen. */
  readonly changes?: string
}

export function SelectField({ value, choices, changes, ...field }: SelectProps) {
  return (
    <Field {...field}>
      <select {...controlOf(field)} data-changes={changes}>
        {choices.map((choice) => (
          <option value={choice.value} selected={choice.value === value}>
            {choice.label}
          </option>
        ))}
      </select>
    </Field>
  )
}
