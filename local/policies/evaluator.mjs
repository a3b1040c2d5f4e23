// Judges IAM requests: one JSON object a line on stdin, one answer a line on stdout.
// The argument is the folder node_modules that holds the evaluator, which is no part of what is
// deployed: it is AGPL-3.0-or-later and runs in this process of its own.
import readline from 'node:readline'
import { pathToFileURL } from 'node:url'

const entry = `${process.argv[2]}/@cloud-copilot/iam-simulate/dist/esm/index.js`
const { runSimulation } = await import(pathToFileURL(entry))

// Keys that runSimulation 0.1.173 gets wrong travel under another name, in the policies as in the
// request:
// - kms:EncryptionContext:<key> it drops from every request, so that conditions on it are judged as
//   if it were missing; tags of the principal have a free name too and are kept.
// - so it does with the keys of an identity provider, such as token.actions.githubusercontent.com:sub.
// - secretsmanager:ResourceTag/<key> it does not find and fails; it is the same as aws:ResourceTag.
const RENAMED = [
  [/kms:EncryptionContext:/gi, 'aws:PrincipalTag/kms:EncryptionContext:'],
  [/token\.actions\.githubusercontent\.com:/gi, 'aws:PrincipalTag/token.actions.githubusercontent.com:'],
  [/secretsmanager:ResourceTag\//gi, 'aws:ResourceTag/'],
]

function renamed(line) {
  return RENAMED.reduce((text, [name, other]) => text.replaceAll(name, other), line)
}

async function simulate(request, policies) {
  const result = await runSimulation(
    {
      request: {
        principal: request.principal,
        action: request.action,
        resource: { resource: request.resource, accountId: request.resource_account },
        contextVariables: request.context,
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...policies,
    },
    {},
  )
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors))
  const analysis = result.resultType === 'single' ? result.result.analysis : worst(result.results)
  return { overall: result.overallResult, analysis }
}

// A request for many resources at once is allowed as far as the worst of them.
function worst(results) {
  const refused = results.find((each) => each.analysis.result !== 'Allowed')
  return (refused ?? results[0])?.analysis
}

// The evaluator does not look at the principals of an endpoint policy; as a resource's policy it
// is judged with them.
async function judgeEndpoint(request) {
  if (!request.endpoint_policy) return 'NotApplicable'
  const { analysis } = await simulate(request, { resourcePolicy: request.endpoint_policy.document })
  return analysis?.resourceAnalysis?.result ?? 'ImplicitlyDenied'
}

async function judge(request) {
  const named = (policy) => ({ name: policy.name, policy: policy.document })
  const { overall, analysis } = await simulate(request, {
    identityPolicies: request.identity_policies.map(named),
    permissionBoundaryPolicies: request.boundary ? [named(request.boundary)] : undefined,
    sessionPolicy: request.session_policy?.document,
    resourcePolicy: request.resource_policy?.document,
  })
  return {
    overall,
    endpoint: await judgeEndpoint(request),
    identity: analysis?.identityAnalysis?.result,
    session: analysis?.sessionAnalysis?.result,
    boundary: analysis?.permissionBoundaryAnalysis?.result,
    resource: analysis?.resourceAnalysis?.result,
    blockedBy: analysis?.blockedBy ?? [],
  }
}

console.log('ready')
for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer
  try {
    answer = await judge(JSON.parse(renamed(line)))
  } catch (error) {
    answer = { error: String(error.message ?? error) }
  }
  console.log(JSON.stringify(answer))
}
