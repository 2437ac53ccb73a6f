/** The largest content that a request of the console may have. */
export const maxBodyBytes = 64 * 1024
