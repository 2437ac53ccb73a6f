import { argumentsCampaign } from './arguments.js'
import type { OpenCampaign } from './campaign.js'
import { credentialsCampaign } from './credentials.js'
import { feedsCampaign } from './feeds.js'
import { formsCampaign } from './forms.js'
import { headersCampaign } from './headers.js'
import { ipRulesCampaign } from './ip-rules.js'
import { recordsCampaign } from './records.js'

/** Every campaign, to be opened when its turn has come. */
export const campaigns: Readonly<Record<string, OpenCampaign>> = {
  headers: () => headersCampaign(),
  credentials: () => credentialsCampaign(),
  records: () => recordsCampaign(),
  feeds: () => feedsCampaign(),
  forms: () => formsCampaign(),
  arguments: () => argumentsCampaign(),
  'ip-rules': () => ipRulesCampaign(),
}
