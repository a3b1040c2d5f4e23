"""Each remedy is followed in a test, or changes nothing."""

import ast
from pathlib import Path

import pytest

from tests.rotation.remedies import PACKAGES, remedies

TESTS = Path(__file__).resolve().parents[1]

ADOPTION, MYSQL, POSTGRES = "adoption", "mysql_user", "postgres_user"

OF_POSTGRES = {
    **dict.fromkeys(
        (
            "Adopt it in the database that describes that server, by the name in the secret",
            "Correct the strategy of the login",
            (
                "Let both admit these roles, as docs/adopting.md shows; a key of one's own is named"
                " in adopt_secret_key_arn, too"
            ),
            "Let its rotation finish, or put the user's present password into it",
            "Let the database have that secret as its admin's (existing.admin_secret_arn)",
            "Let username of the login be …, or adopt the secret of …",
        ),
        "test_adoption_check.py::test_what_was_in_the_way_is_corrected",
    ),
    "Compare the secret with the user's real password, or let an admin set it to the secret's; see"
    " also whether the user's VALID UNTIL has passed": (
        "test_remedies.py::test_a_password_that_is_not_the_secrets_is_set_to_it"
    ),
    "Give the user that makes the change the right to it; an admin needs CREATEROLE and, from"
    " PostgreSQL 16 on, the ADMIN OPTION on the users that it did not create": (
        "test_twins.py::test_a_user_that_is_not_the_admins_to_give_away_ends_in_an_error"
    ),
    "If … is the application's first user, rename it to one that does not end in …, in the database"
    " and in the secret; else create the missing user again, with what … may do and a password that"
    " nobody knows": ("test_remedies.py::test_a_base_that_was_dropped_is_made_again"),
    "If …both users are this application's alone, say so as an admin: …; else give the application"
    " a user of another name": (
        "test_remedies.py::test_a_secret_that_was_made_anew_is_given_the_pair"
    ),
    "Let it in again as an admin: …": (
        "test_remedies.py::test_a_user_whose_validity_ended_is_let_in_again"
    ),
    "Let the user log in: ALTER ROLE ... LOGIN, and an entry for TLS in pg_hba.conf": (
        "test_remedies.py::test_a_user_that_may_not_log_in_is_let_in_again"
    ),
    "Let whoever set it for the one set the same for the other: … SET … TO ... (or RESET)": (
        "test_remedies.py::test_a_setting_that_can_not_be_copied_is_told_and_the_rotation_goes_on"
    ),
    "Nothing if the admin's secret is being rotated, which takes seconds; else let it hold the"
    " admin's real password": (
        "test_admin_secret.py"
        "::test_an_application_that_meets_the_admins_rotation_is_put_off_and_then_rotates"
    ),
    "Nothing: the next attempt makes them equal again": (
        "test_twins.py::test_a_twin_that_does_not_act_as_the_base_does_not_become_current"
    ),
    "Rename the application's user to one that does not end in …, in the database and in the"
    " secret": "test_remedies.py::test_a_first_user_that_ends_in_clone_is_renamed",
    "Correct host and port of the wrong one; if a rotation is under way, take … off its version and"
    " rotate again": "test_remedies.py::test_a_host_that_moved_during_a_rotation_is_corrected",
    "Run in each of these databases, as an admin: …": (
        "test_remedies.py::test_what_the_clone_owns_in_another_database_is_handed_over_there"
    ),
    "Take … off that version and rotate again": (
        "test_remedies.py::test_a_pending_version_for_another_user_is_given_up"
    ),
    "Run as an admin: …": "test_remedies.py::test_where_the_base_may_not_create_it_is_granted",
    "The host is a read-only server (a standby or a read replica): put the writer's address into"
    " host, in the admin's secret too if it names one; then take AWSPENDING off its version and"
    " rotate again": (
        "test_remedies.py::test_a_standby_is_told_and_the_writer_put_into_the_secret"
    ),
    "Upgrade the server to …, or rotate a single user": (
        "test_remedies.py"
        "::test_a_server_that_can_not_keep_twins_equal_is_refused_before_anything_changes"
    ),
    "Wait until the other session ends its transaction, or end it": (
        "test_twins.py::test_what_is_in_use_is_not_waited_for_long"
    ),
    "Add masterarn with the ARN of the admin's secret, or create the user yourself": (
        "test_remedies_of_input.py::test_a_first_user_without_an_admin_is_made"
    ),
    "Add masterarn with the ARN of the admin's secret, or rotate a single user that changes its own"
    " password": (
        "test_remedies_of_input.py::test_a_secret_without_an_admin_rotates_a_single_user"
    ),
    "Choose a name of ASCII characters, or a database with the encoding UTF8": (
        "test_hostile_settings.py::test_a_name_that_a_login_can_t_tell_is_refused"
    ),
    "Choose letters and digits": (
        "test_remedies_of_input.py::test_a_secret_or_a_user_that_is_corrected_rotates_on"
    ),
    "Correct dbname in the secret, or create the database": (
        "test_remedies_of_input.py::test_a_database_that_is_missing_is_created"
    ),
    "Correct session_preload_libraries of the user, of the database, and of the one in the"
    " other (pg_db_role_setting)": (
        "test_remedies_of_input.py::test_a_secret_or_a_user_that_is_corrected_rotates_on"
    ),
    "Correct the rotation settings and deploy again": (
        "test_remedies_of_input.py::test_rules_of_passwords_are_corrected"
    ),
    "Deploy again": (
        "test_remedies_of_input.py::test_a_first_user_whose_version_moved_is_made_by_the_next_deployment"
    ),
    "Find it in pg_locks and end it": (
        "test_remedies_of_input.py::test_the_session_that_holds_the_lock_is_found_and_ended"
    ),
    "Free connections, or raise the limit of the user or the server": (
        "test_remedies_of_input.py::test_connections_that_are_freed_let_a_rotation_in"
    ),
    "Give it the ARN of the secret": (
        "test_remedies_of_input.py::test_a_resource_that_is_given_its_secret_makes_the_user"
    ),
    "If the secret is scheduled for deletion, restore it": (
        "test_remedies_of_input.py::test_a_secret_or_a_user_that_is_corrected_rotates_on"
    ),
    "It was cancelled, or never on: give the secret a rotation schedule": (
        "test_remedies_of_input.py::test_a_secret_or_a_user_that_is_corrected_rotates_on"
    ),
    "It was written from a database with another encoding: write it again from the one that"
    " the secret names, or take it away there": (
        "test_hostile_settings.py::test_a_setting_in_another_encoding_is_told_by_its_name"
    ),
    "Let RDS_CA_BUNDLE name a PEM file that is in the function, or leave it out": (
        "test_remedies_of_input.py::test_authorities_that_can_not_be_read_are_named_anew"
    ),
    "Let the secret name a database with the encoding UTF8 or users of ASCII characters, and"
    " the server itself instead of a proxy": (
        "test_hostile_settings.py::test_an_encoding_that_nothing_is_translated_to_is_told"
    ),
    "Put its real password into the secret, let present_secret_arn name a secret that holds it, or"
    " choose another user name; it was not touched": (
        "test_remedies_of_input.py::test_a_user_who_is_there_keeps_its_password"
    ),
    "Put the documented JSON: engine, host, port, username, password, dbname": (
        "test_remedies_of_input.py::test_a_secret_or_a_user_that_is_corrected_rotates_on"
    ),
    "Put the server's own host and port into the secret instead of a pooler's or a proxy's:"
    " a rotation has to say what its sessions begin with": (
        "test_remedies_of_input.py::test_a_pooler_is_replaced_by_the_server_itself"
    ),
    "Raise max_locks_per_transaction on the server (it takes a restart), and rotate again": (
        "test_remedies_of_input.py::test_a_server_gets_room_for_more_locks"
    ),
    "Store the documented JSON as SecretString": (
        "test_remedies_of_input.py::test_a_binary_secret_is_stored_as_text"
    ),
    "Correct existing.dbname, or create the database": (
        "test_check.py::test_a_database_that_does_not_exist"
    ),
    "Correct existing.host and existing.port, or existing.engine": (
        "test_check.py::test_something_else_than_postgresql"
    ),
    "Correct existing.host, existing.port or the secret: all name one server": (
        "test_check.py::test_a_secret_of_another_server"
    ),
    "Correct existing.host, or let the network resolve it: a private zone has to be "
    "associated with the VPC": ("test_check.py::test_a_name_without_an_address"),
    "Correct existing.port or existing.host, or start the server": (
        "test_check.py::test_a_port_at_which_nothing_listens"
    ),
    "Give the server a new certificate": ("test_check.py::test_a_certificate_of_yesterday"),
    "Let existing.admin_secret_arn name an admin's secret; or run as one who may: ALTER "
    "ROLE … CREATEROLE": ("test_check.py::test_an_admin_that_is_none"),
    "Let existing.ca be the PEM file of the authority; without it those of RDS are trusted": (
        "test_check.py::test_an_authority_that_is_not_trusted"
    ),
    "Let existing.host be the name in the certificate: on RDS the endpoint itself, no "
    "alias of it": ("test_check.py::test_a_certificate_for_another_name"),
    "Let existing.host be the writer's address: a cluster's own endpoint, not its reader's": (
        "test_check.py::test_a_standby"
    ),
    "Let the database's security group admit the function's: either "
    "existing.security_group_id names it and existing.manage_ingress is on, or its owner "
    "adds the rule; route tables and network ACLs have to lead there and back": (
        "test_check.py::test_packets_that_are_dropped"
    ),
    "Let the server speak TLS 1.2 or 1.3": (
        "test_check.py::test_a_server_that_goes_away_in_the_handshake"
    ),
    "Make a route from the function's subnets to the database's, or correct existing.host": (
        "test_check.py::test_a_network_without_a_route"
    ),
    "Run as the database's owner: GRANT CONNECT ON DATABASE … TO …": (
        "test_check.py::test_a_database_that_the_admin_may_not_connect_to"
    ),
    "Run as the database's owner: GRANT CREATE ON DATABASE … TO …": (
        "test_first_user.py::test_an_admin_that_may_create_no_schema_is_told_before_anything_is_made"
    ),
    "Take the setting role off …, or let the owner of the tables grant the same to …": (
        "test_access.py::test_a_reader_that_acts_as_another_role_is_told"
    ),
    "Turn on TLS at the server; there is no setting that does without it": (
        "test_check.py::test_a_server_without_tls"
    ),
    "Correct reads and writes of the login, or deploy the other login first": (
        "test_access.py::test_a_login_that_is_missing_is_deployed_first"
    ),
    "Correct reads and writes of the login: they take other logins' names": (
        "test_access.py::test_only_logins_of_applications_are_read"
    ),
    "Correct … of the login: a list with the names of other logins": (
        "test_access.py::test_what_is_no_list_of_names_is_refused_and_corrected"
    ),
    "Leave present_secret_arn out and the user is created; or correct its name": (
        "test_adoption.py::test_a_user_that_does_not_exist_is_created_without_it"
    ),
    "Let present_secret_arn name the secret of …; if that one alternates between two users,"
    " rotate it once more before": (
        "test_adoption.py::test_a_secret_that_alternates_is_rotated_once_more"
    ),
    "Let present_secret_arn of the login be the ARN of a secret": (
        "test_adoption.py::test_a_property_that_is_no_text_is_refused"
    ),
    "Let the schema's owner run: …": (
        "test_access.py::test_a_schema_that_its_owner_does_not_open_is_told"
    ),
    "Put the user's present password into the secret that present_secret_arn names": (
        "test_adoption.py::test_a_wrong_password_is_corrected"
    ),
    "Take … off its own reads and writes, where it may do all anyway": (
        "test_access.py::test_a_login_does_not_read_itself"
    ),
    "Use a name of at most … …": (
        "test_remedies_of_input.py::test_a_secret_or_a_user_that_is_corrected_rotates_on"
    ),
}

CASES = "test_remedies.py::test_a_secret_or_a_user_that_is_corrected_rotates_on"

OF_MYSQL = {
    "Compare the secret with the user's real password, or let an admin set it to the secret's; see"
    " also whether the user may log in from the function's address": CASES,
    "Correct dbname in the secret, or create the schema": (
        "test_remedies.py::test_a_schema_that_is_gone_is_created"
    ),
    "Correct dbname in the secret, or grant the user and its twin a right on that schema": (
        "test_remedies.py::test_a_right_on_the_schema_is_granted_to_both"
    ),
    "Correct existing.dbname, or create the schema": (
        "test_check.py::test_a_database_that_does_not_exist"
    ),
    "Correct reads and writes of the login, or deploy the other login first": (
        "test_access.py::test_who_does_not_exist_is_told"
    ),
    "Correct reads and writes of the login: they take other logins' names": (
        "test_access.py::test_an_admin_is_no_owner"
    ),
    "Create it again with the secret's password and its rights, or correct username in the"
    " secret": (
        "test_remedies.py"
        "::test_a_user_that_was_dropped_is_made_again_with_its_password_and_its_rights"
    ),
    "Create these anew as the first user, and rotate again": (
        "test_alternating_users.py"
        "::test_a_clone_that_defines_something_is_not_moved_to_another_host"
    ),
    "Free connections, or raise the limit of the user or the server": (
        "test_remedies.py::test_connections_that_are_freed_let_a_rotation_in"
    ),
    "Give the user that makes the change the right to it: an admin needs CREATE USER, SELECT on the"
    " schema mysql, and what the application's users have, WITH GRANT OPTION (docs/mysql.md)": (
        "test_remedies.py::test_an_admin_without_the_rights_is_given_them"
    ),
    "Give the user the host of the account that it is taken for (RENAME USER, then FLUSH"
    " PRIVILEGES), or revoke that it stands for that (REVOKE PROXY)": (
        "test_remedies.py::test_a_user_that_is_taken_for_another_one_gets_the_host_of_that"
    ),
    "Grant it its schemas by their names, with \\_ for each underscore; or grant the access"
    " yourself": "test_access.py::test_schemas_of_a_pattern_are_granted_by_their_names",
    "Grant it to the first, if the application needs it: …": (
        "test_twins.py"
        "::test_what_the_current_user_alone_was_granted_is_kept_while_it_is_current_and_told"
    ),
    "Take it from the first: …": (
        "test_changed_grants.py::test_grants_on_what_was_dropped_hinder_nothing_and_are_told"
    ),
    "Take it away: REVOKE … ON *.* FROM …": (
        "test_changed_grants.py::test_a_user_of_the_system_is_refused_before_anything_is_made"
    ),
    "Grant … a right on the schema …, or correct existing.dbname": (
        "test_check.py::test_a_database_that_the_admin_has_no_right_on"
    ),
    "If … is the application's first user, rename it to one that does not end in …, in the database"
    " and in the secret; else create the missing user again, with what … may do and a password that"
    " nobody knows": (
        "test_remedies.py::test_a_base_that_was_dropped_is_made_again_with_the_rights_of_its_twin"
    ),
    "If …both users are this application's alone, say so as an admin: …; else give the application"
    " a user of another name": (
        "test_alternating_users.py::test_an_admin_gives_a_pair_to_another_secret_by_the_remedy"
    ),
    "Let an admin have it prove itself by one of …, with the secret's password (ALTER USER)": (
        "test_remedies.py::test_a_user_gets_a_plugin_that_is_known_with_the_secrets_password"
    ),
    "Let an admin have the user prove itself by one of the plugins in docs/mysql.md, with the"
    " secret's password (ALTER USER)": (
        "test_remedies.py::test_a_plugin_of_an_older_version_is_replaced"
    ),
    "Let an admin set the user's password to the secret's (ALTER USER ... IDENTIFIED BY), and"
    " rotate more often than passwords expire": CASES,
    "Let dbname in the secret of … name a schema that nobody has, and give it access to the other"
    " by reads or writes; or create the user yourself": (
        "test_remedies.py::test_a_schema_of_another_login_stays_its_own"
    ),
    "Let dbname in the secret of … name a schema that is empty or does not exist; or, if all of"
    " that is this application's, create the user yourself, with the secret's password and rights"
    " on that schema": (
        "test_remedies.py::test_a_schema_that_holds_something_is_given_to_a_user_by_hand"
    ),
    "Let existing.admin_secret_arn name an admin's secret; or run as one who may: GRANT … ON *.* TO"
    " that user": "test_check.py::test_an_admin_without_the_rights",
    "Leave it that of …, as an admin: ALTER USER … IDENTIFIED VIA … USING '...', with the text that"
    " is number … of the … which SHOW CREATE USER … shows after USING": (
        "test_remedies.py::test_of_two_passwords_an_admin_leaves_the_current_one"
    ),
    "Let masterarn in the secret name the admin's secret, and let the function read that one": (
        "test_remedies.py::test_where_no_user_changes_its_own_password_an_admin_is_named"
    ),
    "Let it demand no more than TLS (ALTER USER ... REQUIRE SSL): who rotates shows no"
    " certificate": CASES,
    "Let it in again as an admin: …": (
        "test_twins.py::test_a_user_that_is_locked_is_told_and_let_in_by_the_remedy"
    ),
    "Let it in again as an admin: ALTER USER ... ACCOUNT UNLOCK": CASES,
    "…; it failed too often (FAILED_LOGIN_ATTEMPTS)": (
        "test_hostile_settings.py::test_a_user_that_failed_too_often_is_let_in_by_the_remedy"
    ),
    "Let it in again: FLUSH PRIVILEGES (max_password_errors)": (
        "test_remedies.py::test_a_user_with_too_many_wrong_passwords_is_let_in_again"
    ),
    "Nothing: the next attempt makes a second user again, and tells of another one that is gone": (
        "test_hostile_settings.py::test_a_grant_never_creates_a_user"
    ),
    "Put its real password into the secret, let present_secret_arn name a secret that holds it, or"
    " choose another user name; it was not touched": (
        "test_remedies.py::test_a_user_who_is_there_keeps_its_password"
    ),
    "Put the server's own host and port into the secret instead of a proxy's": (
        "test_hostile_settings.py::test_a_setting_that_does_not_stay_is_told"
    ),
    "Put the user's real password into …, or let an admin set it to the secret's; see also whether"
    " the user is locked": "test_remedies.py::test_a_password_that_is_not_the_users_is_corrected",
    "Rename the accounts of that name that are not the application's, or give it a user of another"
    " name": "test_remedies.py::test_a_user_of_another_name_takes_the_place_of_several_accounts",
    "Rename the application's user to one that does not end in …, in the database and in the"
    " secret": "test_remedies.py::test_a_first_user_that_ends_in_clone_is_renamed",
    "Rotate it by the strategy alternating or single, or let an admin have it prove itself by …,"
    " with the secret's password (ALTER USER)": (
        "test_remedies.py::test_a_user_with_a_signature_does_not_get_two_passwords"
    ),
    "Run as an admin: TRUNCATE TABLE performance_schema.host_cache; handshakes from the function's"
    " address broke more often than max_connect_errors allows": (
        "test_remedies.py::test_a_function_that_is_blocked_is_let_in_again"
    ),
    "Something has that user as its DEFINER although it does not exist: let it have one that does,"
    " or grant the admin ALLOW_NONEXISTENT_DEFINER (SET_USER_ID before MySQL 8.2)": (
        "test_remedies.py::test_what_names_a_user_that_is_not_there_is_made_anew"
    ),
    "See whether the user may log in from the function's address; if so, let an admin have it prove"
    " itself by one of the plugins in docs/mysql.md, with the secret's password (ALTER USER)": (
        "test_remedies.py::test_a_user_gets_a_plugin_that_is_known_with_the_secrets_password"
    ),
    "The host is a read-only server (a replica or a cluster's reader): put the writer's address"
    " into host, in the admin's secret too if it names one; then take AWSPENDING off its version"
    " and rotate again": "test_remedies.py::test_a_replica_is_replaced_by_the_writer",
    "The server lets nobody set a password whose text a plugin has not seen, and it gets none from"
    " here: run SET GLOBAL strict_password_validation = OFF, or set it in the parameter group; the"
    " passwords are random and 40 characters long": (
        "test_hostile_settings.py"
        "::test_plugins_that_want_to_see_a_password_are_told_and_the_remedy_helps"
    ),
    "Use letters, digits and underscores": (
        "test_remedies.py::test_a_name_that_the_server_would_alter_is_corrected"
    ),
    "Wait until the other session gives its lock back, or end it": (
        "test_fence.py::test_a_user_that_someone_else_is_changing_is_not_waited_for_long"
    ),
    "Wait, or find it by SELECT IS_USED_LOCK('…') and end it": (
        "test_remedies.py::test_who_holds_the_lock_is_found_and_ended"
    ),
}

REMOVED = "test_adoption.py::test_a_secret_whose_obstacle_is_removed_is_adopted_and_given_back"

OF_ADOPTION = {
    "Adopt the one in …: its replicas follow": REMOVED,
    "Correct schedule and window of the login": (
        "test_adoption.py::test_a_schedule_that_is_none_is_corrected"
    ),
    "Deploy again": "test_adoption.py::test_what_changed_hands_meanwhile_is_not_taken",
    "Give the secret that is to be adopted a construct of its own: another id": (
        "test_adoption.py::test_another_secret_has_another_record"
    ),
    "Have its former function rotate it again, or turn its rotation off (aws secretsmanager"
    " cancel-rotate-secret), and deploy again": (
        "test_adoption.py::test_nothing_of_ours_is_taken_for_somebody_elses"
    ),
    "Leave its user to that, which goes on to change the password: give the application a user and"
    " a secret of its own, and let adopt_secret_arn name that": REMOVED,
    "Let Secrets Manager invoke that function for the secret (lambda add-permission) and delete"
    " again; or turn the rotation off (…) and delete again": (
        "test_adoption.py::test_a_former_function_that_may_not_be_run_is_told_and_can_be_left"
    ),
    "Let adopt_function_arn be …": (
        "test_adoption.py::test_the_function_that_gets_it_back_has_to_be_named"
    ),
    "Let adopt_function_arn be …, or what has taken its place": (
        "test_adoption.py::test_the_function_that_gets_it_back_has_to_be_named"
    ),
    "Let it finish: its function's log tells what is in its way, and RotateSecret tries it again."
    " If no rotation has put the label there, take it off (aws secretsmanager"
    " update-secret-version-stage --version-stage AWSPENDING --remove-from-version-id …). Then"
    " deploy again": REMOVED,
    "Let it finish: the function's log tells what is in its way. Then delete again; or, if the"
    " resource is gone by then, run: …": (
        "test_adoption.py::test_a_deletion_ends_in_its_time_and_says_what_to_run"
    ),
    "Let it refer to the resource Custom::FormerRotation of the same secret": (
        "test_adoption.py::test_another_secret_has_another_record"
    ),
    "Make a function and have it rotate the secret: …": (
        "test_adoption.py::test_a_former_function_that_is_gone_does_not_keep_the_stack"
    ),
    "Restore it (aws secretsmanager restore-secret), or take adopt_secret_arn out": REMOVED,
}

FOLLOWED = {POSTGRES: OF_POSTGRES, MYSQL: OF_MYSQL, ADOPTION: OF_ADOPTION}
"""Remedies by the package whose tests follow them, each with the test.

What is said for all databases is followed on one of them at least, and on each where the database
decides whether it helps.
"""

UNTRIED = {
    "Change the server's option that the message names": (
        "The options that both products know to refuse a change of a user are read_only and"
        " skip_grant_tables. The first has a remedy of its own, and the second lets nobody in under"
        " the own name, which is told before"
    ),
    "Free memory on the server": "A server that lacks just so much memory can't be had",
    "Let the user log in from the function's address": (
        "A server says so if it lets nobody in from there; it says another thing, which is"
        " followed, as soon as any user may come from anywhere"
    ),
}
"""What was not followed, each with the reason."""

LOOKS = (
    "Check ",
    "Compare SHOW GRANTS",
    "Compare the function's role",
    "Compare the policy of the secret",
    "It was given up or replaced: rotate",
    "If it was given up or replaced, nothing",
    "Let Secrets Manager invoke the function",
    "Look at ",
    "Nothing",
    "Report it",
    "See ",
    "Try again later",
    "Wait until the server",
)
"""They begin so, and ask a person to wait or to look, not to change a database or a secret."""

SHARED = tuple(package for package in PACKAGES if package not in FOLLOWED)


def unfollowed() -> set[str]:
    """Remedies without a test: each package has its own, and what is shared has one anywhere."""
    anywhere = {text for followed in FOLLOWED.values() for text in followed}
    found = remedies(*SHARED) - anywhere
    for package, followed in FOLLOWED.items():
        found |= remedies(package) - followed.keys()
    return found


def test_each_remedy_is_known() -> None:
    unknown = unfollowed() - UNTRIED.keys()
    assert not {text for text in unknown if not text.startswith(LOOKS)}


def test_no_remedy_is_kept_that_is_gone() -> None:
    for package, followed in FOLLOWED.items():
        assert not followed.keys() - remedies(package, *SHARED), package
    assert not UNTRIED.keys() - unfollowed()
    for begin in LOOKS:
        assert any(text.startswith(begin) for text in unfollowed()), begin


@pytest.mark.parametrize(
    ("package", "test"),
    sorted({(package, test) for package, of in FOLLOWED.items() for test in of.values()}),
)
def test_the_test_that_follows_a_remedy_exists(package: str, test: str) -> None:
    file, name = test.split("::")
    tree = ast.parse((TESTS / package / file).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_no_remedy_tells_to_drop_anything() -> None:
    assert not {text for text in remedies() if "drop" in text.lower()}
