import { type Attempt, byGuard, bySecondLook, bySession } from "./attempt.ts";

/**
 * SQL by which `attemptsOnPostgres` finds what it reaches for. `attempt.touched` tells whether anything had an effect. To be run by
 * an owner of the database, who then tries the attempts with a login that may do all of it by rights.
 */
export const attemptGroundsOnPostgres = `
create schema attempt;
create table attempt.touched (note text);
create table attempt.customers (id int primary key, name text, balance numeric);
insert into attempt.customers values (1, 'Ada', 10), (2, 'Grace', 20);
create sequence attempt.numbers;
create function attempt.touch() returns int language sql volatile as $$ insert into attempt.touched values ('touch') returning 1 $$;
create function attempt.touch_row(attempt.customers) returns int language sql volatile as $$ insert into attempt.touched values ('row') returning 1 $$;
create function attempt.touch_text(text) returns text language sql volatile as $$ insert into attempt.touched values ('text') returning 'x' $$;
create function attempt.touch_number(int) returns boolean language sql volatile as $$ insert into attempt.touched values ('number') returning true $$;
create function attempt.touch_as_owner() returns int language sql volatile security definer as $$ insert into attempt.touched values ('owner') returning 1 $$;
create function attempt.run_text(statement text) returns text language plpgsql stable as $$ declare answer text; begin execute statement into answer; return answer; end $$;
create operator attempt.<!> (leftarg = int, rightarg = int, function = int4pl);
create function attempt.touch_two(int, int) returns int language sql volatile as $$ insert into attempt.touched values ('two') returning 1 $$;
create operator attempt.+! (leftarg = int, rightarg = int, function = attempt.touch_two);
create domain attempt.touching as int check (attempt.touch_number(value));
create type attempt.label as (word text);
create function attempt.label_of(text) returns attempt.label language sql volatile as $$ insert into attempt.touched values ('cast') returning row('x')::attempt.label $$;
create cast (text as attempt.label) with function attempt.label_of(text);
create view attempt.touching_view as select attempt.touch() as number;
create aggregate attempt.touch_all (int) (sfunc = attempt.touch_two, stype = int, initcond = 0);
`;

/** How many rows `select count(*) from attempt.touched` and `select last_value from attempt.numbers` show when nothing got through. */
export const untouchedOnPostgres = { touched: "0", lastValue: "1" };

const changes: Attempt[] = [
  byGuard("inserts by a CTE", "with x as (insert into attempt.touched values ('cte') returning *) select * from x"),
  byGuard("deletes by a CTE", "with x as (delete from attempt.customers returning *) select * from x"),
  byGuard("updates by a CTE that nobody reads", "with x as (update attempt.customers set balance = 0) select 1"),
  byGuard(
    "merges by a CTE",
    "with x as (merge into attempt.customers c using (select 1 as id) s on c.id = s.id when matched then delete returning 1) select * from x",
  ),
  byGuard(
    "changes by a CTE deep inside",
    "select (with y as (with x as (delete from attempt.customers returning id) select id from x) select max(id) from y)",
  ),
  byGuard("inserts", "insert into attempt.touched values ('plain')"),
  byGuard("updates", "update attempt.customers set balance = 0 where true"),
  byGuard("deletes", "delete from attempt.customers where true"),
  byGuard("merges", "merge into attempt.customers c using attempt.touched t on false when not matched then do nothing"),
  byGuard("empties a table", "truncate attempt.customers"),
  byGuard("makes a table by SELECT INTO", "select * into attempt.copy from attempt.customers"),
  byGuard("makes a temporary table by SELECT INTO", "select 1 as a into temp copied"),
  byGuard("makes a table by INTO in a union", "select 1 as a into attempt.copy union select 2"),
  byGuard("makes a table from a query", "create table attempt.copy as select * from attempt.customers"),
  byGuard("makes a table from TABLE", "create table attempt.copy as table attempt.customers"),
  byGuard("makes a materialized view", "create materialized view attempt.kept as select 1"),
  byGuard("makes a view", "create view attempt.seen as select 1"),
  byGuard("makes a table by EXECUTE", "create table attempt.copy as execute anything"),
  byGuard("drops a table", "drop table attempt.customers"),
  byGuard("alters a table", "alter table attempt.customers add column more int"),
  byGuard("makes a function", "create function attempt.more() returns int language sql as 'select 1'"),
  byGuard("makes an extension", "create extension dblink"),
  byGuard("grants rights", "grant all on attempt.customers to public"),
  byGuard("comments on a table", "comment on table attempt.customers is 'x'"),
  byGuard("makes an index", "create index on attempt.customers (name)"),
  byGuard("refreshes statistics", "analyze attempt.customers"),
  byGuard("vacuums", "vacuum attempt.customers"),
  byGuard("reindexes", "reindex table attempt.customers"),
  byGuard("clusters", "cluster attempt.customers"),
  byGuard("makes a role", "create role intruder superuser"),
  byGuard("makes a rule", "create rule r as on select to attempt.touched do instead select 1"),
  byGuard("labels", "security label on table attempt.customers is 'x'"),
  byGuard("imports a foreign schema", "import foreign schema public from server s into attempt"),
];

const stacked: Attempt[] = [
  byGuard("commits, then deletes", "select 1; commit; delete from attempt.customers"),
  byGuard("rolls back, then deletes", "rollback; delete from attempt.customers"),
  byGuard("ends the transaction alone", "commit"),
  byGuard("begins another transaction", "begin read write"),
  byGuard("sets a savepoint", "savepoint a"),
  byGuard("prepares a transaction", "prepare transaction 'x'"),
  byGuard("stacks behind a comment", "select 1 /* ; */ ; drop table attempt.customers"),
  byGuard("stacks behind a nested comment", "select 1 /* /* */ ' */ ; drop table attempt.customers -- '"),
  byGuard("stacks behind a dollar quote", "select $a$ $b$ $a$; drop table attempt.customers; select $b$ $b$"),
  byGuard("stacks behind an escaped quote", String.raw`select E'\''; drop table attempt.customers --'`),
  byGuard(
    "breaks out of a subquery wrapped around it",
    "select 1) as x; drop table attempt.customers; select * from (select 1",
  ),
  byGuard("breaks out by a line comment", "select 1) x; delete from attempt.customers; --"),
  byGuard("closes a parenthesis that it did not open", "1) union select 2 from attempt.customers where (1 = 1"),
  byGuard("hides behind a zero character", "select 1\0; drop table attempt.customers"),
];

const settings: Attempt[] = [
  byGuard("opens the transaction for writing", "set transaction read write"),
  byGuard("opens the session for writing", "set session characteristics as transaction read write"),
  byGuard("opens the default for writing", "set default_transaction_read_only = off"),
  byGuard("takes the time limit away", "set statement_timeout = 0"),
  byGuard("takes the time limit away for the transaction", "set local statement_timeout = 0"),
  byGuard("resets the time limit", "reset statement_timeout"),
  byGuard("resets everything", "reset all"),
  byGuard("discards everything", "discard all"),
  byGuard("becomes another role", "set role postgres"),
  byGuard("becomes nobody", "reset role"),
  byGuard("becomes another login", "set session authorization postgres"),
  byGuard("changes where names are looked for", "set search_path = attempt"),
  byGuard("changes how strings are read", "set standard_conforming_strings = off"),
  byGuard("takes the time limit away by a function", "select set_config('statement_timeout', '0', false)"),
  byGuard("opens for writing by a function", "select pg_catalog.set_config('transaction_read_only', 'off', true)"),
  byGuard("sets by a function in WHERE", "select 1 where set_config('role', 'postgres', false) is not null"),
  byGuard("changes the server's settings", "alter system set work_mem = '1GB'"),
  byGuard("changes a login's settings", "alter role current_user set statement_timeout = 0"),
  byGuard("changes the database's settings", "alter database postgres set statement_timeout = 0"),
  byGuard("changes chance", "select setseed(0.5)"),
];

const codeAndPrepared: Attempt[] = [
  byGuard("runs a block of code", "do $$ begin delete from attempt.customers; end $$"),
  byGuard("calls a procedure", "call attempt.anything()"),
  byGuard("runs a change to explain it", "explain analyze delete from attempt.customers"),
  byGuard(
    "runs a change to explain it, in parentheses",
    "explain (analyze, buffers) insert into attempt.touched values ('x')",
  ),
  byGuard(
    "runs a change in a CTE to explain it",
    "explain analyze with x as (delete from attempt.customers returning 1) select * from x",
  ),
  byGuard("makes a table to explain it", "explain analyze create table attempt.copy as select 1"),
  byGuard("explains what was prepared", "explain analyze execute anything"),
  byGuard("prepares a change", "prepare p as delete from attempt.customers"),
  byGuard("runs what is prepared", "execute p"),
  byGuard("forgets what is prepared", "deallocate all"),
  byGuard("keeps a cursor past its transaction", "declare c cursor with hold for select attempt.touch()"),
  byGuard("declares a cursor", "declare c cursor for select 1"),
  byGuard("fetches by SQL, which gives new time", "fetch 10 from c"),
  byGuard("moves a cursor", "move 10 in c"),
  byGuard("closes cursors", "close all"),
  byGuard("deletes where a cursor stands", "delete from attempt.customers where current of c"),
  byGuard("executes a text as XML", "select query_to_xml('delete from attempt.customers returning 1', true, true, '')"),
  byGuard(
    "executes a text as XML with its schema",
    "select query_to_xml_and_xmlschema('select attempt.touch()', true, true, '')",
  ),
  byGuard("reads a table by its name", "select table_to_xml('attempt.customers', true, true, '')"),
  byGuard("reads a whole database by its name", "select database_to_xml(true, true, '')"),
  byGuard(
    "executes a text for statistics of words",
    "select * from ts_stat('select to_tsvector(attempt.touch()::text)')",
  ),
  byGuard(
    "executes a text to rewrite a search",
    "select ts_rewrite('a & b'::tsquery, 'select ''a''::tsquery, attempt.touch()::text::tsquery')",
  ),
  byGuard("executes a text by crosstab", "select * from crosstab('select attempt.touch(), 1, 2') as t(a int, b int)"),
  byGuard(
    "executes on another connection",
    "select * from dblink('dbname=postgres', 'delete from attempt.customers returning 1') as t(a int)",
  ),
  byGuard(
    "executes on another connection without rows",
    "select dblink_exec('dbname=postgres', 'delete from attempt.customers')",
  ),
  byGuard("connects elsewhere", "select dblink_connect('host=192.0.2.1')"),
  byGuard(
    "connects elsewhere inside of XML",
    "select query_to_xml('select dblink_exec(''dbname=postgres'', ''drop table attempt.customers'')', true, true, '')",
  ),
  bySecondLook(
    "executes a text by a function marked stable",
    "select attempt.run_text('delete from attempt.customers returning name')",
  ),
];

const volatile: Attempt[] = [
  bySecondLook("calls a function that writes", "select attempt.touch()"),
  bySecondLook("calls it by a quoted name", `select "attempt"."touch"()`),
  bySecondLook("calls it by a coded name", String.raw`select U&"\0061ttempt".U&"t\006fuch"()`),
  bySecondLook("calls it as a column", "select c.touch_row from attempt.customers c"),
  bySecondLook("calls it as a column of a row", "select (c).touch_row from attempt.customers c"),
  bySecondLook("calls it as a column in WHERE", "select 1 from attempt.customers c where c.touch_row = 1"),
  bySecondLook("calls it in FROM", "select * from attempt.touch()"),
  bySecondLook("calls it in ROWS FROM", "select * from rows from (attempt.touch(), generate_series(1, 2)) as t(a, b)"),
  bySecondLook("calls it for every row", "select * from attempt.customers c, lateral attempt.touch_text(c.name) t"),
  bySecondLook("calls it in ORDER BY", "select 1 from attempt.customers order by attempt.touch()"),
  bySecondLook("calls it in GROUP BY", "select count(*) from attempt.customers group by attempt.touch()"),
  bySecondLook("calls it in HAVING", "select 1 from attempt.customers having attempt.touch() = 1"),
  bySecondLook("calls it in LIMIT", "select 1 limit attempt.touch()"),
  bySecondLook("calls it in OFFSET", "select 1 offset attempt.touch()"),
  bySecondLook("calls it in VALUES", "values (attempt.touch())"),
  bySecondLook("calls it in a window", "select sum(1) over (order by attempt.touch()) from attempt.customers"),
  bySecondLook("calls it in FILTER", "select count(*) filter (where attempt.touch() = 1) from attempt.customers"),
  bySecondLook("calls it in DISTINCT ON", "select distinct on (attempt.touch()) 1 from attempt.customers"),
  bySecondLook("calls it in a CASE", "select case when attempt.touch() = 1 then 1 end"),
  bySecondLook("calls it in an array", "select array[attempt.touch()]"),
  bySecondLook(
    "calls it in a join",
    "select 1 from attempt.customers a join attempt.customers b on attempt.touch() = 1",
  ),
  bySecondLook("calls it in JSON", "select json_object('a': attempt.touch())"),
  bySecondLook(
    "calls it in XMLTABLE",
    "select * from xmltable('/a' passing (attempt.touch_text('x')::xml) columns b text path 'b')",
  ),
  bySecondLook("calls it in TABLESAMPLE", "select 1 from attempt.customers tablesample bernoulli (attempt.touch())"),
  bySecondLook("calls it as its owner", "select attempt.touch_as_owner()"),
  bySecondLook("calls it by an operator", "select 1 operator(attempt.+!) 2"),
  bySecondLook(
    "calls it by an operator over an array",
    "select 1 where 1 operator(attempt.+!) any (array[1]) is not null",
  ),
  bySecondLook("calls it by the check of a domain", "select 1::attempt.touching"),
  bySecondLook("calls it by the check of a domain with CAST", "select cast('1' as attempt.touching)"),
  bySecondLook(
    "calls it by the check of a domain in JSON",
    "select * from json_to_record('{\"a\": 1}') as t(a attempt.touching)",
  ),
  bySecondLook("calls it by a cast", "select ('x'::text)::attempt.label"),
  bySecondLook("calls it by a view", "select * from attempt.touching_view"),
  bySecondLook("calls it by TABLE", "table attempt.touching_view"),
  bySecondLook("calls it by an aggregate", "select attempt.touch_all(id) from attempt.customers"),
  bySecondLook("calls it by an aggregate over a window", "select attempt.touch_all(id) over () from attempt.customers"),
];

const waiting: Attempt[] = [
  byGuard("waits", "select pg_sleep(60)"),
  byGuard("waits in capitals", "SELECT PG_SLEEP(60)"),
  byGuard("waits by a quoted name", `select "pg_sleep"(60)`),
  byGuard("waits by a qualified name", "select pg_catalog.pg_sleep(60)"),
  byGuard(
    "waits by a qualified name with spaces and comments",
    "select pg_catalog /* a */ . -- b\n pg_sleep /* c */ (60)",
  ),
  byGuard("waits by a coded name", String.raw`select U&"pg\005fsleep"(60)`),
  byGuard("waits by a coded name with another escape", `select U&"pg!005fsleep" uescape '!' (60)`),
  byGuard("waits by a name with the database", "select postgres.pg_catalog.pg_sleep(60)"),
  byGuard("waits until", "select pg_sleep_until(now() + interval '1 hour')"),
  byGuard("waits for", "select pg_sleep_for('1 hour')"),
  byGuard("waits as a column", "select t.pg_sleep from (values (60.0::float8)) as t"),
  byGuard("waits as a field", "select (60.0::float8).pg_sleep"),
  byGuard("waits in FROM", "select * from pg_sleep(60)"),
  byGuard("waits in LATERAL", "select 1 from attempt.customers c, lateral (select pg_sleep(c.id)) s"),
  byGuard("waits in a subquery", "select 1 where exists (select pg_sleep(60))"),
  byGuard("waits in ORDER BY", "select 1 order by pg_sleep(60)"),
  byGuard("waits in LIMIT", "select 1 limit (select 1 from pg_sleep(60))"),
  byGuard("waits in VALUES", "values (pg_sleep(60))"),
  byGuard("waits in a CTE", "with a as materialized (select pg_sleep(60)) select * from a"),
  byGuard("waits to explain it", "explain analyze select pg_sleep(60)"),
  byGuard("waits in a window", "select count(*) over (partition by pg_sleep(60)::text)"),
];

const files: Attempt[] = [
  byGuard("reads a file", "select pg_read_file('/etc/passwd')"),
  byGuard("reads a file as bytes", "select pg_read_binary_file('/etc/passwd')"),
  byGuard("lists a folder", "select pg_ls_dir('/')"),
  byGuard("lists the log", "select * from pg_ls_logdir()"),
  byGuard("looks at a file", "select pg_stat_file('/etc/passwd')"),
  byGuard("writes a file", "select pg_file_write('/tmp/x', 'x', false)"),
  byGuard("renames a file", "select pg_file_rename('a', 'b')"),
  byGuard("copies a table to a file", "copy attempt.customers to '/tmp/x'"),
  byGuard("copies a query to a program", "copy (select 1) to program 'id'"),
  byGuard("copies from a program", "copy attempt.touched from program 'id'"),
  byGuard("copies to the client", "copy attempt.customers to stdout"),
  byGuard("imports a large object", "select lo_import('/etc/passwd')"),
  byGuard("exports a large object", "select lo_export(1, '/tmp/x')"),
  byGuard("makes a large object", "select lo_create(0)"),
  byGuard("makes a large object of bytes", String.raw`select lo_from_bytea(0, '\x00')`),
  byGuard("reads a large object", "select lo_get(1)"),
  byGuard("opens a large object", "select lo_open(1, 131072)"),
  byGuard("loads a library", "load 'auto_explain'"),
  byGuard("reads pages", "select get_raw_page('attempt.customers', 0)"),
];

const server: Attempt[] = [
  byGuard("takes a number", "select nextval('attempt.numbers')"),
  byGuard("takes a number as a column", "select t.nextval from (select 'attempt.numbers'::regclass) as t"),
  byGuard("sets a sequence", "select setval('attempt.numbers', 1000)"),
  byGuard("locks", "select pg_advisory_lock(1)"),
  byGuard("tries to lock", "select pg_try_advisory_lock(1)"),
  byGuard("locks for the transaction", "select pg_advisory_xact_lock(1)"),
  byGuard("frees locks", "select pg_advisory_unlock_all()"),
  byGuard("ends sessions", "select pg_terminate_backend(pid) from pg_stat_activity"),
  byGuard("cancels statements", "select pg_cancel_backend(1)"),
  byGuard("reloads settings", "select pg_reload_conf()"),
  byGuard("turns the log over", "select pg_rotate_logfile()"),
  byGuard("switches the WAL", "select pg_switch_wal()"),
  byGuard("makes a restore point", "select pg_create_restore_point('x')"),
  byGuard("writes a logical message", "select pg_logical_emit_message(false, 'a', 'b')"),
  byGuard("makes a replication slot", "select pg_create_physical_replication_slot('x')"),
  byGuard("makes a logical slot", "select pg_create_logical_replication_slot('x', 'test_decoding')"),
  byGuard("drops a slot", "select pg_drop_replication_slot('x')"),
  byGuard("begins a backup", "select pg_backup_start('x')"),
  byGuard("exports its snapshot", "select pg_export_snapshot()"),
  byGuard("resets statistics", "select pg_stat_reset()"),
  byGuard("resets shared statistics", "select pg_stat_reset_shared('bgwriter')"),
  byGuard("resets statistics of statements", "select pg_stat_statements_reset()"),
  byGuard("clears statistics of a table", "select pg_clear_relation_stats('attempt', 'customers')"),
  byGuard("promotes a standby", "select pg_promote()"),
  byGuard("stops replay", "select pg_wal_replay_pause()"),
  byGuard("writes to the log", "select pg_log_backend_memory_contexts(pg_backend_pid())"),
  byGuard("uses up a transaction number", "select txid_current()"),
  byGuard("writes out all memory", "checkpoint"),
  byGuard("notifies", "notify a, 'b'"),
  byGuard("notifies by a function", "select pg_notify('a', 'b')"),
  byGuard("listens", "listen a"),
  byGuard("stops listening", "unlisten *"),
  byGuard("locks rows", "select * from attempt.customers for update"),
  byGuard("locks rows together with others", "select * from attempt.customers for share"),
  byGuard("locks rows without their keys", "select * from attempt.customers for no key update skip locked"),
  byGuard("locks the keys of rows", "select * from attempt.customers c for key share of c nowait"),
  byGuard("locks rows in a subquery", "select * from (select * from attempt.customers for update) x"),
  byGuard("locks rows in a CTE", "with x as (select * from attempt.customers for update) select * from x"),
  byGuard("locks a table", "lock table attempt.customers in access exclusive mode"),
];

const secrets: Attempt[] = [
  byGuard("reads password hashes", "select rolname, rolpassword from pg_authid"),
  byGuard("reads password hashes by the old view", "select * from pg_catalog.pg_shadow"),
  byGuard("reads password hashes by a quoted name", `select * from "pg_authid"`),
  byGuard("reads password hashes by a coded name", String.raw`select * from U&"pg\005fshadow"`),
  byGuard("reads password hashes by TABLE", "table pg_shadow"),
  byGuard("reads password hashes in a subquery", "select (select string_agg(rolpassword, ',') from pg_authid)"),
  byGuard("reads passwords of other servers", "select * from pg_user_mapping"),
  byGuard("reads passwords of other servers by the view", "select * from pg_user_mappings"),
  byGuard(
    "reads passwords of other servers by the standard's view",
    "select * from information_schema.user_mapping_options",
  ),
  byGuard("reads passwords of subscriptions", "select subconninfo from pg_subscription"),
  byGuard("reads large objects as a table", "select data from pg_largeobject"),
  byGuard("reads the settings' files", "select * from pg_file_settings"),
  byGuard("reads who may log in", "select * from pg_hba_file_rules"),
  byGuard("reads who may log in by the function", "select * from pg_hba_file_rules()"),
  byGuard("reads settings of logins", "select * from pg_db_role_setting"),
  byGuard("reads long values past the table", "select * from pg_toast.pg_toast_1262"),
];

const loads: Attempt[] = [
  bySession("counts to a billion billions", "select count(*) from generate_series(1, 1000000000000000000) a"),
  bySession("never ends", "with recursive x(n) as (select 1 union all select n + 1 from x) select max(n) from x"),
  bySession(
    "joins everything with everything",
    "select count(*) from generate_series(1, 1000000) a, generate_series(1, 1000000) b, generate_series(1, 1000000) c",
  ),
  byGuard("makes a text of a billion characters", "select length(repeat('x', 1000000000))"),
  bySession("makes texts that double", "select repeat(repeat(repeat('x', 1000), 1000), 1000)"),
  bySession("matches a pattern that explodes", "select repeat('a', 100000) ~ '^((((a*)*)*)*)*b$'"),
  bySession("gathers a huge array", "select array_agg(a) from generate_series(1, 1000000000) a"),
  bySession("sorts without end", "select a from generate_series(1, 10000000000) a order by random()"),
  byGuard("nests without end", `select ${"abs(".repeat(1500)}1${")".repeat(1500)}`),
  byGuard("nests subqueries without end", `select ${"(select ".repeat(1500)}1${")".repeat(1500)}`),
  byGuard("adds without end", `select 1${" + 1".repeat(100_000)}`),
  byGuard("has an operator without end", `select ${"+".repeat(7500)}1`),
  byGuard("is longer than anything", `select '${"x".repeat(1_000_001)}'`),
];

export const attemptsOnPostgres: Attempt[] = [
  ...changes,
  ...stacked,
  ...settings,
  ...codeAndPrepared,
  ...volatile,
  ...waiting,
  ...files,
  ...server,
  ...secrets,
  ...loads,
];
