// Sends requests over kept-alive connections, each when the answer to the last has come, as often as it is told.
import net from 'node:net'
import { key } from './keys.mjs'

const connections = 8
const sockets = new Map()

function requestOf(scheme) {
  return Buffer.from(
    `GET / HTTP/1.1\r\nhost: localhost\r\nauthorization: ${scheme}${key}\r\nuser-agent: bench\r\naccept: */*\r\n\r\n`,
  )
}

async function run({ port, requests, scheme }) {
  const request = requestOf(scheme)
  const pool =
    sockets.get(port) ??
    Array.from({ length: connections }, () => net.connect(port, '127.0.0.1').setNoDelay())
  sockets.set(port, pool)
  let left = requests
  // Never asleep: to wake another process takes the server longer than what is measured, and sometimes twice as long.
  const stayAwake = () => {
    if (left > 0) setImmediate(stayAwake)
  }
  stayAwake()
  await Promise.all(
    pool.map(
      (socket) =>
        new Promise((resolve, reject) => {
          const next = () => {
            if (left <= 0) {
              socket.removeAllListeners()
              resolve()
            } else {
              left--
              socket.write(request)
            }
          }
          socket.on('data', (data) => {
            // Small answers come in one piece; only the status is looked at.
            if (data.includes('HTTP/1.1 200')) next()
            else if (data.includes('HTTP/1.1'))
              reject(new Error(`Answered: ${data.toString('latin1').split('\r\n')[0]}`))
          })
          socket.on('error', reject)
          socket.on('close', () => reject(new Error('A connection was closed')))
          next()
        }),
    ),
  )
}

process.on('message', (order) => {
  run(order).then(
    () => process.send({}),
    (error) => process.send({ error: error.message }),
  )
})
process.on('disconnect', () => process.exit())
