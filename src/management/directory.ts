/** The application's users and roles; it validates *On Behalf Of* and *In Role* and fills the console's lists. */
export interface Directory {
  /** The users on whose behalf keys of this tenant may act. */
  users(tenantId: string): readonly DirectoryUser[] | Promise<readonly DirectoryUser[]>
  /** The roles in which that user may act; of nobody, those of a key that acts on nobody's behalf. */
  roles(tenantId: string, userId: string | null): readonly string[] | Promise<readonly string[]>
}

/** One user of a tenant. */
export interface DirectoryUser {
  readonly id: string
  /** For display. */
  readonly name?: string
}
