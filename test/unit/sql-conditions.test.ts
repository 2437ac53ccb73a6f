import { describe, expect, it } from 'vitest'
import { behind, contains } from '../../src/stores/sql/conditions.js'
import { connectionOf } from '../../src/stores/sql/connection.js'
import { compilingKysely } from '../support/sql-compilers.js'

const { db, dialect } = connectionOf(compilingKysely('sqlite'))
const position = { at: new Date(0), id: 'key-1' }
const moment = '1970-01-01T00:00:00.000Z'

describe('what lies behind a position', () => {
  it('is later, or has the same moment and a greater id', () => {
    const { sql, parameters } = behind('created_at', position, dialect).compile(db)
    expect(sql).toBe('("created_at" >= ? and ("created_at", "id") > (?, ?))')
    expect(parameters).toEqual([moment, moment, 'key-1'])
  })

  it('is earlier, or has the same moment and a lesser id, where the latest come first', () => {
    const { sql, parameters } = behind('at', position, dialect, 'descending').compile(db)
    expect(sql).toBe('("at" <= ? and ("at", "id") < (?, ?))')
    expect(parameters).toEqual([moment, moment, 'key-1'])
  })

  it('is compared byte by byte, as MySQL compares no texts', () => {
    const mysql = connectionOf(compilingKysely('mysql'))
    const { parameters } = behind('at', position, mysql.dialect).compile(mysql.db)
    expect(parameters).toEqual([moment, moment, Buffer.from('key-1')])
  })
})

describe('a search', () => {
  it.each([
    ['import', '%import%'],
    ['50%', '%50!%%'],
    ['a_b_c', '%a!_b!_c%'],
    ['!', '%!!%'],
    ['a\\', '%a\\%'],
  ])('for %j takes wildcards literally', (part, pattern) => {
    const { sql, parameters } = contains('search_text', part).compile(db)
    expect([sql, ...parameters]).toEqual([`"search_text" like ? escape '!'`, pattern])
  })
})
