/** The longest inputs that every repository keeps unchanged, in UTF-16 code units unless said otherwise. */
export const limits = Object.freeze({
  tenantId: 200,
  userId: 200,
  groupName: 200,
  description: 2_000,
  onBehalfOf: 200,
  inRole: 200,
  /** IP rules of one key. */
  allowedIps: 10_000,
  /** Of the metadata's JSON text. */
  metadata: 16_000,
  search: 200,
  /** Items of one page. */
  page: 500,
})
