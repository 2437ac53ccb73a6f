import type { Survivors } from './judge.js'

/** Every mutant that no test notices, and why none can. `npm run test:mutation` refuses a list that is not exact. */
export const survivors: Survivors = {
  'src/header-credentials.ts': [
    {
      line: "name: '',",
      changes: [`'' → "Stryker was here!"`],
      reason:
        'A name is compared with those of other formats of the same header only, which all have this one.',
    },
  ],
  'src/header-lines.ts': [
    {
      line: 'if (candidate.length === name.length && (candidate === name || candidate.toLowerCase() === name)) {',
      changes: ['candidate.length === name.length → true', 'candidate === name → false'],
      reason: 'Cheap comparisons before the one that decides.',
    },
  ],
  'src/rest-api-key-credentials.ts': [
    {
      line: 'if (value.startsWith(name, offset)) return true',
      changes: ['value.startsWith(name, offset) → false'],
      reason: 'The usual case, sooner: the pattern below finds the same.',
    },
  ],
  'src/vary.ts': [
    {
      line: "if (present === '' || present === added) return added",
      changes: [
        "present === '' → false",
        "present === '' || present === added → present === '' && present === added",
        `'' → "Stryker was here!"`,
      ],
      reason: 'The usual cases, sooner: what follows comes to the same.',
    },
  ],
}
