import type { PropsWithChildren } from 'hono/jsx'

type Props = PropsWithChildren<{
  readonly title: string
  readonly action: string
  readonly button: string
  readonly back: string
  /** Why it could not be done. */
  readonly refused?: string
}>

/** Asks before something is gone. */
export function ConfirmPage({ title, action, button, back, refused, children }: Props) {
  return (
    <>
      <h1>{title}</h1>
      {refused !== undefined && (
        <p class="notice bad" role="alert">
          {refused}
        </p>
      )}
      <form method="post" action={action} class="panel">
        {children}
        <p class="actions">
          <button type="submit" class="danger">
            {button}
          </button>
          <a class="button" href={back}>
            Back
          </a>
        </p>
      </form>
    </>
  )
}
