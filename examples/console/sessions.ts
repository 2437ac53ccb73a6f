import { randomUUID } from 'node:crypto'
import type { Actor } from 'rest-api-key/management'

/** Who can sign in here, without a password: an example, to be replaced by your application's own sign-in. */
const users: Readonly<Record<string, Actor>> = {
  'jdoe of acme': { tenantId: 'acme', userId: 'jdoe', role: 'Administrator' },
  'guest of acme': { tenantId: 'acme', userId: 'guest', role: 'Operator' },
  'jdoe of globex': { tenantId: 'globex', userId: 'jdoe', role: 'Administrator' },
}

/** Sessions in memory, known by a cookie. */
export class Sessions {
  readonly #actors = new Map<string, Actor>()

  /** The cookie of a new session, or `undefined` if there is no such user. */
  signIn(user: unknown): string | undefined {
    if (typeof user !== 'string' || !Object.hasOwn(users, user)) return undefined
    const id = randomUUID()
    this.#actors.set(id, users[user] as Actor)
    return `session=${id}; Path=/; HttpOnly; SameSite=Lax`
  }

  /** Who sends these cookies. */
  actorOf(cookies: string | null | undefined): Actor | undefined {
    const [, id] = /(?:^|; )session=([\w-]+)/.exec(cookies ?? '') ?? []
    return id === undefined ? undefined : this.#actors.get(id)
  }
}

export const signInPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demo sign-in</title>
<main>
<h1>Demo sign-in</h1>
<p>No passwords: this page stands for the sign-in of your application.</p>
<form method="post" action="/sign-in">
${Object.entries(users)
  .map(
    ([name, { tenantId, userId, role }]) =>
      `<p><button name="user" value="${name}">${userId} of ${tenantId}, ${role}</button></p>`,
  )
  .join('\n')}
</form>
</main>
</html>
`
