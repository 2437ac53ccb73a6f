/** The servers of `scripts/with-services.ts`. */
export const postgresUrl = () => given('TEST_POSTGRES_URL')
export const mariadbUrl = () => given('TEST_MARIADB_URL')
export const redisUrl = () => given('TEST_REDIS_URL')
export const redisClusterUrls = () => given('TEST_REDIS_CLUSTER_URLS').split(',')
export const chromiumPath = () => given('TEST_CHROMIUM')
export const nginxPath = () => given('TEST_NGINX')

function given(variable: string): string {
  const value = process.env[variable]
  if (value) return value
  throw new Error(
    `${variable} is not set; run the tests through scripts/with-services.ts (npm run test:server)`,
  )
}
