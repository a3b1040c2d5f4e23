"""What is assumed of AWS that neither its documents nor our code settle.

`docs/unproven.md` is generated from here (see tools.prove_on_aws.reference). An assumption that was
settled in a real account leaves this list, and what it became goes to where it is relied on.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """Something that AWS is taken to do.

    Attributes:
        id: A short name.
        claim: What is assumed.
        unsettled: Why neither documents nor code settle it.
        relied_on: What relies on it.
        if_wrong: What would happen if it did not hold.
    """

    id: str
    claim: str
    unsettled: str
    relied_on: str
    if_wrong: str


ASSUMPTIONS = (
    Assumption(
        id="dynamic-reference",
        claim="CloudFormation reads a secret for a dynamic reference with the role that it "
        "deploys with, and a denial in the secret's policy sees that role's ARN as "
        "`aws:PrincipalArn`.",
        unsettled="The documents say that the caller needs GetSecretValue. They say nothing of "
        "resource policies, nor whose identity these see when a role for the deployment is given.",
        relied_on="`credential_rotation/secret_policy.py` denies GetSecretValue to all but named "
        "roles; that role is one of them, because the instance's first password is a dynamic "
        "reference.",
        if_wrong="The first deployment fails at the instance and rolls back. Nothing is exposed.",
    ),
    Assumption(
        id="invoke-check-source",
        claim="When RotateSecret checks that it may invoke the function, it sends the secret's "
        "ARN as SourceArn and the account as SourceAccount, as the rotation itself does.",
        unsettled="Both are recommended for the permission. How the check is made is not said, nor "
        "that an ARN with a wildcard in the permission is matched as in policies.",
        relied_on="`credential_rotation/rotation.py` lets Secrets Manager invoke each function "
        "for the secrets of one database.",
        if_wrong="The first deployment fails at the rotation schedule and rolls back.",
    ),
    Assumption(
        id="rotation-test-version",
        claim="The version with which RotateSecret tries a function when it is not to rotate at "
        "once holds the current value, so that testSecret logs in with it.",
        unsettled="Documented is that testSecret runs, on a version that is AWSPENDING and goes "
        "away again. What it holds is not.",
        relied_on="`lambdas/rotation/engine.py` treats such a test like any testSecret.",
        if_wrong="The test fails: TestRotationFailed is recorded, the alarm on failed steps rings "
        "at every change of a schedule. Rotations are not touched.",
    ),
    Assumption(
        id="old-master-password",
        claim="An update of the instance does not send the master password again when its dynamic "
        "reference is the same text in the old template and the new one.",
        unsettled="The documents say that a reference is resolved when a resource is created or "
        "updated, and also that a changed secret alone is no update. Whether an update of another "
        "property resolves the reference and sends the password is not said.",
        relied_on="The admin's password rotates (`credential_rotation/database.py`), and the "
        "instance is updated afterwards. Sent again, it would be the current one: harmless, unless "
        "a rotation is under way.",
        if_wrong="A deployment while the admin's secret rotates could set a password that is not "
        "AWSCURRENT. The next rotation of the admin refuses then, and says so.",
    ),
    Assumption(
        id="first-password-scram",
        claim="RDS stores the master's first password as a SCRAM verifier when the parameter "
        "group asks for it from the start.",
        unsettled="`password_encryption` is documented as a parameter. When RDS makes the master "
        "user, before or after the group is in effect, is not.",
        relied_on="`rds.accepted_password_auth_method` is `scram` in "
        "`credential_rotation/postgres_engine.py`: a master with an MD5 hash could never log in.",
        if_wrong="The first deployment fails at the login's user, with an error of the login.",
    ),
    Assumption(
        id="event-subscription-check",
        claim="RDS may subscribe the encrypted topic with the conditions on account and source "
        "that its policy and its key have.",
        unsettled="RDS tries the topic when a subscription is made. Which source it names in that "
        "trial is documented for a published event only.",
        relied_on="`credential_rotation/alarm_topic.py` admits RDS for the one instance.",
        if_wrong="The first deployment fails at the subscription and rolls back.",
    ),
    Assumption(
        id="bootstrap-bucket",
        claim="The account's bootstrap bucket is named `cdk-…-assets-<account>-<region>` and is "
        "read without a customer-managed key.",
        unsettled="An organisation may have changed the template of `cdk bootstrap`; no document "
        "binds it, and our code sees neither the bucket nor its key.",
        relied_on="The permissions boundary (`credential_rotation/boundary_statements.py`) lets "
        "the instance of the "
        "setting `ec2_consumer` read its program from buckets of such names, and no role may use "
        "a key of the bucket.",
        if_wrong="That instance comes up without its program. Nothing else reads the bucket.",
    ),
    Assumption(
        id="log-connections-18",
        claim="RDS takes `log_connections` = 1 for PostgreSQL 18, as for the versions before.",
        unsettled="PostgreSQL 18 made a list of words out of that switch and still takes the old "
        "values. Which values the parameter group of RDS allows is not in the documents.",
        relied_on="`credential_rotation/postgres_engine.py` has one set of parameters for all "
        "versions.",
        if_wrong="A deployment with version 18 fails at the parameter group, before there is any "
        "instance. An upgrade to 18 fails there too, and rolls back.",
    ),
    Assumption(
        id="parameters-of-products",
        claim="RDS takes the parameters of MySQL, MariaDB and Aurora in every version that "
        "settings accept, such as `tls_version` = TLSv1.2,TLSv1.3 and, of 8.0, "
        "`default_authentication_plugin` = caching_sha2_password.",
        unsettled="Which values a parameter group allows, and whether a parameter may be changed, "
        "RDS tells by API alone.",
        relied_on="`credential_rotation/mysql_engine.py`, and `credential_rotation/"
        "postgres_engine.py` for clusters.",
        if_wrong="A deployment of that product fails at the parameter group, before there is any "
        "server, and rolls back.",
    ),
    Assumption(
        id="deletions",
        claim="When a stack is destroyed, CloudFormation deletes rotation schedule, attachment, "
        "policy and secret in an order in which its role may still do it, and the secrets' names "
        "are free at once.",
        unsettled="What the handlers call on deletion (does the attachment read and write the "
        "secret, under a policy that denies it to others?) is only partly public.",
        relied_on="A team destroys a stack and deploys it again under the same names.",
        if_wrong="A destruction ends in DELETE_FAILED and has to be repeated with the resource "
        "retained, or a second deployment finds the secret's name taken for a week or more.",
    ),
    Assumption(
        id="iam-delay",
        claim="A function whose role and policy CloudFormation has just made has its rights when "
        "the custom resource calls it, or gets them within the time that the function retries.",
        unsettled="IAM is eventually consistent, without a bound. How long CloudFormation waits "
        "after IAM resources is not documented.",
        relied_on="Both custom resources run minutes or seconds after their roles were made. "
        "The right to run the function that creates users is waited for, for a minute.",
        if_wrong="A first deployment fails now and then with AccessDenied, rolls back, and "
        "succeeds when it is repeated.",
    ),
    Assumption(
        id="three-policies",
        claim="A function's session passes the endpoint's policy, the secret's policy and its own "
        "with the role's ARN as `aws:PrincipalArn` and the endpoint's id as `aws:SourceVpce`, "
        "when it reaches Secrets Manager by the private name.",
        unsettled="Each key is documented by itself. Their combination, with a denial in the "
        "secret that both must escape, is our own.",
        relied_on="`credential_rotation/secret_policy.py`, `credential_rotation/endpoints.py`.",
        if_wrong="No function reads a secret: the first deployment fails at the login's user.",
    ),
    Assumption(
        id="role-paths",
        claim="`aws:PrincipalArn` of a session of a role with a path has the path, and a `*` of "
        "ArnLike stands for any number of slashes in it.",
        unsettled="Paths are in the documents' examples of roles of IAM Identity Center. What a "
        "wildcard stands for is said of the parts of an ARN between colons, not of slashes.",
        relied_on="The policy of the endpoint lets the roles below the app's path through "
        "(`credential_rotation/platform.py`).",
        if_wrong="No function gets to Secrets Manager: the first deployment fails at the first "
        "login and rolls back.",
    ),
    Assumption(
        id="rotator-condition",
        claim="`secretsmanager:resource/AllowRotationLambdaArn` is in the context of all four "
        "calls that a rotation makes, from the first one on, with the function's plain ARN.",
        unsettled="The key is documented and used by AWS's own template. Whether it is there "
        "during the test of a schedule that is just being written is not said.",
        relied_on="`credential_rotation/secret_policy.py` gives the rotation's rights under it "
        "alone.",
        if_wrong="Rotations, or the first test of a schedule, end in AccessDenied.",
    ),
    Assumption(
        id="key-trial",
        claim="Secrets Manager tries the key of a new secret with the encryption context "
        "SecretARN = RequestToValidateKeyAccess, through the service, in the creator's name.",
        unsettled="The value is in one example of the documents, and not called a contract.",
        relied_on="`credential_rotation/keys.py` admits that value besides the secrets' ARNs.",
        if_wrong="The first deployment fails at the first secret.",
    ),
    Assumption(
        id="log-key",
        claim="CloudWatch Logs takes a key whose policy admits it for named groups only, without "
        "DescribeKey.",
        unsettled="The documented policy has `Describe*`, whose requests have no encryption "
        "context to be admitted by.",
        relied_on="`credential_rotation/keys.py`.",
        if_wrong="The first deployment fails at the first log group.",
    ),
    Assumption(
        id="rds-grants",
        claim="RDS needs of the key's policy no more than CreateGrant through RDS, and "
        "DescribeKey.",
        unsettled="The documents list more actions for the creator, without saying which are "
        "checked against whose policy.",
        relied_on="`credential_rotation/keys.py` keeps Decrypt and GenerateDataKey from everybody.",
        if_wrong="The first deployment fails at the instance.",
    ),
    Assumption(
        id="monitoring-trust",
        claim="RDS takes the monitoring role with the instance's ARN as `aws:SourceArn`, already "
        "when the instance is created.",
        unsettled="The documents recommend the condition. The trial of the role at creation, when "
        "there is no instance yet, is not described.",
        relied_on="`credential_rotation/database_instance.py`.",
        if_wrong="The first deployment fails at the instance.",
    ),
    Assumption(
        id="flow-log-trust",
        claim="The service of flow logs sends `aws:SourceArn` and `aws:SourceAccount` when it "
        "takes on its role.",
        unsettled="Both are documented; whether the trial at creation sends them is not.",
        relied_on="`credential_rotation/network.py`.",
        if_wrong="The first deployment fails at the flow log, or the log stays empty.",
    ),
    Assumption(
        id="reads-too",
        claim="CloudFormation takes a rule whose state also matches events of reads.",
        unsettled="The state is documented for EventBridge's API; the schema of the resource "
        "names it without saying in which regions.",
        relied_on="`credential_rotation/trail_rules.py`: reading a secret is a read.",
        if_wrong="The first deployment fails at the rule.",
    ),
    Assumption(
        id="quiet-alarms",
        claim="No alarm tells of more than OK after a first deployment in which nothing failed.",
        unsettled="That a new alarm begins with insufficient data is documented. That its actions "
        "for that state are not taken, because it is no change, is concluded.",
        relied_on="`credential_rotation/alarms.py`. A pager that rings at each new stack is soon "
        "switched off.",
        if_wrong="Each first deployment rings once, and is quiet when the watch has run.",
    ),
    Assumption(
        id="watch-lists",
        claim="A function that lists secrets through the endpoint is let through by a condition "
        "on `aws:SourceVpce` in its role's policy and by one on `lambda:SourceFunctionArn` in the "
        "boundary, and its filters find the tags that CloudFormation has put on.",
        unsettled="Both condition keys are documented, for policies; of boundaries and of "
        "ListSecrets in particular nothing is said.",
        relied_on="`credential_rotation/monitoring.py` and "
        "`credential_rotation/boundary_statements.py`.",
        if_wrong="The watch fails at each run, and its alarm for errors rings; or it finds no "
        "secret, and no rotation is ever told to be overdue.",
    ),
    Assumption(
        id="failed-step-rings",
        claim="A failed step's metric, logged as JSON, reaches an alarm on the sum of four "
        "metrics of which three have no data.",
        unsettled="SUM over metrics of which some are missing is documented for graphs. In "
        "alarms, missing data has rules of its own.",
        relied_on="`credential_rotation/metrics.py`.",
        if_wrong="A rotation fails in silence until it is overdue.",
    ),
    Assumption(
        id="alarm-publishes",
        claim="CloudWatch may publish to the encrypted topic, with the alarm's ARN as "
        "`aws:SourceArn` at the topic and at its key.",
        unsettled="The condition is documented for the topic. For the key, which SNS uses on the "
        "alarm's behalf, it is not.",
        relied_on="`credential_rotation/alarm_topic.py`.",
        if_wrong="Alarms change their state, and nobody is told.",
    ),
    Assumption(
        id="kept-name-refused",
        claim="A change that would replace the instance, whose name is fixed, is refused before "
        "anything is replaced, and the stack rolls back to where it was.",
        unsettled="The refusal of custom names is documented. What else of the same update was "
        "changed by then, and comes back, depends on the order of the update.",
        relied_on="`docs/settings.md` says of four settings that CloudFormation refuses a change.",
        if_wrong="A wrong setting could cost the database. The deletion protection, which this "
        "proof has to do without, is the second line.",
    ),
    Assumption(
        id="administrator-denied",
        claim="An administrator of the account is refused GetSecretValue by the secret's policy, "
        "and not only by a missing right.",
        unsettled="It follows from the documents. It is proven because everything rests on it.",
        relied_on="`docs/security.md`.",
        if_wrong="Whoever administers the account reads every password.",
    ),
    Assumption(
        id="trail-names",
        claim="CloudTrail records RotationSucceeded and RotationFailed as service events with the "
        "secret's ARN in `additionalEventData.SecretId`.",
        unsettled="The names are documented, the place of the ARN only by example.",
        relied_on="`credential_rotation/trail_rules.py`.",
        if_wrong="The rule on failed rotations never matches. The alarm on failed steps still "
        "rings.",
    ),
    Assumption(
        id="trail-of-tests",
        claim="CloudTrail records the outcome of a schedule's test as TestRotationSucceeded or "
        "TestRotationFailed, with the same layout.",
        unsettled="Only their names are documented.",
        relied_on="Who reads the trail after a changed schedule, and rules on failures.",
        if_wrong="A failed test is only in the function's log.",
    ),
    Assumption(
        id="key-policy-denial",
        claim="KMS takes a key policy that denies PutKeyPolicy to everyone but the role that makes "
        "the key, by a condition on `aws:PrincipalArn`.",
        unsettled="KMS refuses policies that would lock the caller out. How it finds out, and "
        "whether it looks at conditions of a denial, is not said.",
        relied_on="`credential_rotation/trail.py`: whoever could change the policy of the records' "
        "key could let its deletion be scheduled.",
        if_wrong="The first deployment with `trail.enabled` fails at the key and rolls back.",
    ),
    Assumption(
        id="trail-key",
        claim="CloudTrail encrypts with a key that admits it by `aws:SourceArn` alone, into a "
        "bucket with a bucket key.",
        unsettled="The documented policy has a condition on the encryption context besides. With "
        "a bucket key, S3 asks with the bucket's ARN; what else is in the context then is not "
        "said, so ours asks nothing of it.",
        relied_on="`credential_rotation/trail.py`.",
        if_wrong="The first deployment with `trail.enabled` fails at the trail.",
    ),
    Assumption(
        id="trail-bucket",
        claim="A denial of PutObject to all but services, by `aws:PrincipalIsAWSService`, lets "
        "CloudTrail through.",
        unsettled="The key is documented with CloudTrail as the example, together with a condition "
        "on the network that ours has not.",
        relied_on="`credential_rotation/trail.py`: without the denial, an administrator could "
        "forge records.",
        if_wrong="The first deployment with `trail.enabled` fails at the trail, or nothing is "
        "delivered, which GetTrailStatus tells.",
    ),
    Assumption(
        id="certificate-keys",
        claim="Key policies that name roles by `aws:PrincipalArn`, a message and its algorithm by "
        "`kms:MessageType` and `kms:SigningAlgorithm`, and a secret by the encryption context, let "
        "functions sign and have RSA key pairs made, each call within eight seconds.",
        unsettled="Each key of a condition is documented by itself. How long KMS takes for an RSA "
        "pair, and until it knows a new policy and a new role everywhere, is not.",
        relied_on="`credential_rotation/certificate_authority.py`; "
        "`lambdas/certificate/authority_certificate.py` asks again for twenty seconds.",
        if_wrong="A first deployment with certificates fails at the authority's or at the first "
        "certificate and rolls back; or a renewal fails, and rings, while the certificate in use "
        "is still valid for a third of its time.",
    ),
    Assumption(
        id="adopted-pending",
        claim="RotateSecret with RotateImmediately off is refused with InvalidRequestException "
        "while AWSPENDING is on another version than AWSCURRENT, and changes nothing then.",
        unsettled="The refusal is documented for rotating. Whether it comes for a change of the "
        "configuration alone is not.",
        relied_on="`lambdas/adoption/takeover.py` looks for AWSPENDING before it calls; what "
        "begins in between, RotateSecret has to refuse.",
        if_wrong="Our function goes on with a rotation that began between the look and the call, "
        "as it does from any state that AWS's function leaves.",
    ),
    Assumption(
        id="adopted-gone-function",
        claim="RotateSecret answers ResourceNotFoundException if the function does not exist.",
        unsettled="The errors are listed without their causes; AccessDeniedException would be "
        "possible, too.",
        relied_on="`lambdas/adoption/takeover.py` turns rotation off where the former function is "
        "gone.",
        if_wrong="The deletion fails instead. Its reason names the call that turns rotation off, "
        "after which it succeeds.",
    ),
)
