--# everything of a table
select * from shop.customers
--# TABLE
table shop.orders
--# VALUES alone
values (1, 'one'), (2, 'two'), (3, 'three')
--# nothing at all
select
--# a semicolon at the end
select 1;
--# many semicolons
;; select 1 ;;
--# a comment in front
-- how many customers do we have?
select count(*) from shop.customers
--# a comment with a semicolon
select 1 -- drop table customers; really
--# nested comments
select /* outer /* inner */ still outer */ 1
--# words of changes in a comment
/* update delete insert into */ select id from shop.orders /* for update */
--# words of changes in a string
select 'drop table customers; delete from orders; commit' as text
--# words of changes as names
select "update", "delete" from (select 1 as "update", 2 as "delete") "insert"
--# a column called like a denied word
select o.note as into_note, o.id as "for update" from shop.orders o
--# a string with a quote
select 'it''s fine'
--# an escaped string
select E'line\nbreak \' quote \u00e9'
--# dollar quotes
select $$it's; fine$$, $tag$ $$ inside $$ $tag$
--# a Unicode string
select U&'d\0061t\+000061', U&"d\0061ta" from (select 1 as data) x
--# bit strings and bytes
select B'1010', X'1F', '\xdeadbeef'::bytea
--# numbers of all kinds
select 1, 1.5, .5, 1e10, 1.5e-3, 123456789012345678901234567890, -0.0
--# infinity and not a number
select 'infinity'::float8, 'nan'::numeric, '-infinity'::timestamp
--# names with spaces, dots and emoji
select 1 as "a b", 2 as "c.d", 3 as "🙂"
--# letters of all the world
select 'Grüße, 世界, Привет, 🙂' as greeting, length('🙂')
--# parameters
select * from shop.orders where id = $1 and total > $2::numeric
--# LIMIT and OFFSET
select id from shop.orders order by id limit 10 offset 20
--# FETCH FIRST
select id from shop.orders order by id fetch first 5 rows only
--# FETCH WITH TIES
select id, total from shop.orders order by total desc fetch first 5 rows with ties
--# LIMIT of an expression
select id from shop.orders limit (select 5 + 5)
--# ORDER BY with nulls last
select name, city from shop.customers order by city desc nulls last, name
--# ORDER BY USING
select id from shop.orders order by id using >
--# DISTINCT
select distinct country from shop.customers
--# DISTINCT ON
select distinct on (customer_id) customer_id, id, ordered_at from shop.orders order by customer_id, ordered_at desc
--# GROUP BY and HAVING
select country, count(*), avg(balance) from shop.customers group by country having count(*) > 1
--# GROUP BY position
select country, city, count(*) from shop.customers group by 1, 2 order by 3 desc
--# GROUPING SETS
select country, city, count(*), grouping(country, city) from shop.customers group by grouping sets ((country), (city), ())
--# ROLLUP
select country, city, sum(balance) from shop.customers group by rollup (country, city)
--# CUBE
select country, city, sum(balance) from shop.customers group by cube (country, city)
--# GROUP BY DISTINCT
select country, city, count(*) from shop.customers group by distinct rollup (country, city), rollup (country)
--# FILTER
select count(*) filter (where status = 'paid') as paid, count(*) filter (where status = 'sent') as sent from shop.orders
--# an ordered aggregate
select string_agg(name, ', ' order by name desc), array_agg(distinct country) from shop.customers
--# a median
select percentile_cont(0.5) within group (order by total), mode() within group (order by status) from shop.orders
--# several percentiles
select percentile_disc(array[0.25, 0.5, 0.75]) within group (order by total) from shop.orders
--# statistics
select corr(quantity, price), regr_slope(quantity, price), stddev_samp(price), var_pop(price) from shop.order_lines
--# boolean aggregates
select bool_and(stars > 2), bool_or(stars = 5), every(words is not null) from shop.reviews
--# bit aggregates
select bit_and(quantity), bit_or(quantity), bit_xor(quantity) from shop.stock
--# an aggregate of a hypothetical row
select rank(100) within group (order by total) from shop.orders
--# row numbers
select id, row_number() over (partition by customer_id order by ordered_at) from shop.orders
--# ranks
select id, rank() over w, dense_rank() over w, percent_rank() over w, cume_dist() over w, ntile(4) over w from shop.orders window w as (order by total)
--# a running total
select id, sum(total) over (order by ordered_at rows between unbounded preceding and current row) from shop.orders
--# a moving average over days
select counted_on, avg(quantity) over (order by counted_on range between interval '7 days' preceding and current row) from shop.stock
--# groups with exclusion
select id, sum(total) over (order by status groups between 1 preceding and 1 following exclude current row) from shop.orders
--# neighbours
select id, lag(total, 1, 0) over w, lead(total) over w, first_value(total) over w, last_value(total) over w, nth_value(total, 2) over w from shop.orders window w as (order by id)
--# a window that extends another
select sum(total) over (w rows 3 preceding) from shop.orders window w as (partition by customer_id order by id)
--# a window with FILTER
select id, count(*) filter (where status = 'paid') over (partition by customer_id) from shop.orders
--# inner join
select c.name, o.total from shop.customers c join shop.orders o on o.customer_id = c.id
--# left join
select c.name, count(o.id) from shop.customers c left join shop.orders o on o.customer_id = c.id group by c.id
--# right and full join
select * from shop.products p right join shop.categories c on c.id = p.category_id full join shop.suppliers s on s.id = p.supplier_id
--# cross join
select a, b from generate_series(1, 3) a cross join generate_series(1, 2) b
--# natural join
select * from shop.orders natural join (select 1 as id) x
--# USING with an alias
select j.product_id from shop.stock join shop.prices using (product_id) as j
--# a join in parentheses with an alias
select j.* from (shop.orders o join shop.payments p on p.order_id = o.id) as j (a, b, c, d, e, f, g, h, i, k, l, m)
--# a join with itself
select e.name, b.name as boss from shop.employees e left join shop.employees b on b.id = e.boss_id
--# an anti join
select name from shop.customers c where not exists (select from shop.orders o where o.customer_id = c.id)
--# a semi join
select name from shop.customers where id in (select customer_id from shop.orders)
--# lateral
select c.name, o.* from shop.customers c cross join lateral (select id, total from shop.orders where customer_id = c.id order by total desc limit 3) o
--# lateral function
select p.name, t.tag from shop.products p left join lateral unnest(p.tags) as t(tag) on true
--# unnest with ordinality
select p.id, t.tag, t.n from shop.products p, unnest(p.tags) with ordinality as t(tag, n)
--# several arrays at once
select * from unnest(array[1, 2], array['a', 'b']) as t(n, s)
--# ROWS FROM
select * from rows from (generate_series(1, 3), unnest(array['a', 'b'])) with ordinality as t(a, b, n)
--# a scalar subquery
select name, (select count(*) from shop.orders o where o.customer_id = c.id) from shop.customers c
--# comparison with ANY
select * from shop.orders where status = any (array['new', 'paid']::shop.order_status[])
--# comparison with ALL
select * from shop.products where price >= all (select price from shop.products)
--# rows compared
select * from shop.order_lines where (order_id, line) > (10, 2) order by order_id, line
--# rows in a list
select * from shop.order_lines where (order_id, line) in ((1, 1), (2, 1))
--# an array subquery
select array(select name from shop.products order by name)
--# a CTE
with paid as (select * from shop.orders where status = 'paid') select count(*) from paid
--# several CTEs
with a as (select 1 as n), b as (select n + 1 as n from a), c(m) as (select n * 2 from b) select * from a, b, c
--# a materialized CTE
with big as materialized (select * from shop.orders where total > 100), small as not materialized (select * from shop.orders where total <= 100) select (select count(*) from big), (select count(*) from small)
--# a recursive CTE
with recursive tree as (select id, name, 1 as depth from shop.categories where parent_id is null union all select c.id, c.name, t.depth + 1 from shop.categories c join tree t on t.id = c.parent_id) select * from tree
--# counting by a recursive CTE
with recursive n(i) as (values (1) union all select i + 1 from n where i < 10) select i from n
--# SEARCH DEPTH FIRST
with recursive t(id, boss_id) as (select id, boss_id from shop.employees where boss_id is null union all select e.id, e.boss_id from shop.employees e join t on t.id = e.boss_id) search depth first by id set path select * from t order by path
--# CYCLE
with recursive t(id, boss_id) as (select id, boss_id from shop.employees union all select e.id, e.boss_id from shop.employees e join t on t.id = e.boss_id) cycle id set is_cycle using path select * from t
--# a CTE inside of a subquery
select * from (with x as (select 1 as a) select a from x) y
--# a CTE that hides a table
with orders as (select 1 as id) select * from orders
--# union
select city from shop.customers union select country from shop.suppliers
--# union all, intersect, except
(select id from shop.orders union all select id from shop.customers) intersect select id from shop.products except select 5 order by 1
--# set operations in parentheses with limits
(select id from shop.orders order by id limit 5) union all (select id from shop.products order by id limit 5)
--# a CASE
select case when total > 1000 then 'large' when total > 100 then 'middle' else 'small' end as size, count(*) from shop.orders group by 1
--# a simple CASE
select case status when 'new' then 0 when 'paid' then 1 else null end from shop.orders
--# COALESCE, NULLIF, GREATEST, LEAST
select coalesce(note, '-'), nullif(total, 0), greatest(1, 2, 3), least(total, 100) from shop.orders
--# tests for null
select * from shop.orders where note is null and total is not null and note is distinct from 'x' and id is not distinct from 3
--# tests for truth
select (1 > 0) is true, (null::boolean) is unknown, (1 < 0) is not false
--# BETWEEN
select * from shop.orders where total between 10 and 20 and id not between symmetric 5 and 1
--# LIKE and ILIKE
select name from shop.customers where name like 'A%' and email ilike '%@example.com' and name not like '%\_%' escape '\'
--# SIMILAR TO
select name from shop.products where name similar to '(a|b)%'
--# regular expressions
select name from shop.products where name ~ '^[A-Z][a-z]+\s\d{2,}$' and name !~* 'old'
--# regular expression functions
select regexp_replace(name, '(\w+) (\w+)', '\2 \1', 'g'), regexp_matches(name, '\d+', 'g'), regexp_split_to_array(name, '\s+') from shop.products
--# functions of text
select upper(name), lower(name), initcap(name), trim(both ' ' from name), substring(name from 1 for 3), position('a' in name), overlay(name placing 'x' from 2 for 1) from shop.products
--# more functions of text
select left(name, 3), right(name, 3), lpad(id::text, 8, '0'), reverse(name), split_part(name, ' ', 1), repeat('=', 20), replace(name, 'a', 'b'), format('%s: %I', name, id) from shop.products
--# concatenation
select name || ' (' || country || ')', concat(name, city), concat_ws(', ', city, country) from shop.customers
--# hashes and codes
select md5(name), encode(sha256(name::bytea), 'hex'), convert_to(name, 'UTF8'), ascii(name), chr(65) from shop.customers
--# COLLATE
select name from shop.customers order by name collate "C"
--# today and now
select now(), current_date, current_timestamp, localtime, current_user, session_user, current_catalog, current_schema
--# parts of a date
select extract(year from ordered_at), date_part('dow', ordered_at), date_trunc('month', ordered_at), to_char(ordered_at, 'YYYY-MM') from shop.orders
--# time zones
select ordered_at at time zone 'Europe/Berlin', timezone('UTC', ordered_at) from shop.orders
--# intervals
select ordered_at + interval '1 day 2 hours', age(now(), ordered_at), justify_interval(interval '40 days'), make_interval(days => 10) from shop.orders
--# the last thirty days
select * from shop.orders where ordered_at >= now() - interval '30 days' and ordered_at < date '2030-01-01'
--# days without orders
select d::date from generate_series(date '2026-01-01', date '2026-01-31', interval '1 day') d left join shop.orders o on o.ordered_at::date = d::date where o.id is null
--# OVERLAPS
select (date '2026-01-01', date '2026-02-01') overlaps (date '2026-01-15', interval '1 month')
--# dates before Christ
select date '0044-03-15 BC', make_date(2026, 2, 28), to_date('31.12.2025', 'DD.MM.YYYY')
--# date_bin
select date_bin('15 minutes', at, timestamptz '2026-01-01'), count(*) from shop.events group by 1
--# numbers
select round(price, 1), ceil(price), floor(price), trunc(price, 2), abs(-1), mod(7, 3), power(2, 10), sqrt(2), ln(10), log(100), sign(-3), width_bucket(price, 0, 100, 10) from shop.products
--# operators of numbers
select 7 / 2, 7 % 2, 2 ^ 10, |/ 25, ||/ 27, @ -5, 5 & 3, 5 | 3, 5 # 3, ~ 5, 1 << 4, 16 >> 2
--# casts of all spellings
select '1'::int, cast('1' as numeric(10, 2)), int '5', date '2026-01-01', numeric '1.5', 'a'::varchar(10), '{1,2}'::int[], float8 '1.5'
--# types with two words
select '1'::double precision, '12:00'::time with time zone, 'x'::character varying, now()::timestamp without time zone, '1 day'::interval day to second
--# a type that is a name
select 'shop.orders'::regclass, 'now'::regproc, 'integer'::regtype, 1::oid
--# an enum
select 'paid'::shop.order_status, enum_range(null::shop.order_status)
--# arrays
select tags[1], sizes[1:2], array_length(tags, 1), cardinality(tags), tags || array['x'], array_position(tags, 'x'), array_to_string(tags, ',') from shop.products
--# array operators
select name from shop.products where tags @> array['new'] and sizes && array[38, 39] and 'red' = any (tags)
--# arrays of arrays
select array[[1, 2], [3, 4]], '{{1,2},{3,4}}'::int[][], array_agg(sizes[1]) from shop.products
--# slices by expressions
select sizes[1:cardinality(sizes) - 1], sizes[:2], sizes[2:] from shop.products
--# JSON by arrows
select attributes -> 'color', attributes ->> 'color', attributes #> '{a,b}', attributes #>> '{a,0}' from shop.products
--# JSON by subscript
select attributes['color'], attributes['sizes'][0] from shop.products
--# JSON operators
select * from shop.products where attributes @> '{"color": "red"}' and attributes ? 'size' and attributes ?| array['a', 'b'] and attributes ?& array['c']
--# JSON paths
select jsonb_path_query(attributes, '$.sizes[*] ? (@ > 38)'), attributes @? '$.a', attributes @@ '$.a > 1' from shop.products
--# JSON made
select json_build_object('id', id, 'name', name), jsonb_agg(to_jsonb(p) - 'description'), row_to_json(p) from shop.products p group by p.id
--# JSON taken apart
select e.key, e.value from shop.products, jsonb_each_text(attributes) e
--# JSON to rows
select x.* from shop.suppliers, jsonb_to_record(contact) as x(phone text, mail text)
--# JSON array to rows
select * from jsonb_array_elements('[1, 2, {"a": 3}]') with ordinality
--# JSON changed for the eye
select jsonb_set(attributes, '{color}', '"blue"'), jsonb_pretty(attributes), jsonb_strip_nulls(attributes), attributes - 'a' from shop.products
--# JSON by the standard (PostgreSQL 16)
select json_object('id': id, 'name': name absent on null), json_array(1, 2, 3), json_arrayagg(name order by name), json_objectagg(name: price) from shop.products group by id, name
--# IS JSON (PostgreSQL 16)
select '{"a": 1}' is json, '[1]' is json array, '"x"' is not json object
--# JSON_TABLE (PostgreSQL 17)
select t.* from shop.events, json_table(data, '$.items[*]' columns (n for ordinality, name text path '$.name', nested path '$.tags[*]' columns (tag text path '$'))) t
--# JSON_VALUE and its sisters (PostgreSQL 17)
select json_value(data, '$.a' returning int default 0 on empty), json_query(data, '$.b' with wrapper), json_exists(data, '$.c') from shop.events
--# XML
select xmlelement(name item, xmlattributes(id as number), xmlforest(name, price)), xmlagg(xmlelement(name n, name)) from shop.products group by id, name, price
--# XMLTABLE
select x.* from shop.events, xmltable('/a/b' passing document columns c text path 'c', n for ordinality) x
--# XML paths
select xpath('/a/b/text()', document), xmlexists('//b' passing by ref document), xmlserialize(content document as text) from shop.events
--# full-text search
select name, ts_rank(to_tsvector('english', description), q) from shop.products, websearch_to_tsquery('english', 'warm jacket -red') q where to_tsvector('english', description) @@ q
--# headlines
select ts_headline('english', description, to_tsquery('warm & jacket'), 'MaxWords=10'), plainto_tsquery('a b'), phraseto_tsquery('a b') from shop.products
--# rewriting a search with three arguments
select ts_rewrite('a & b'::tsquery, 'a'::tsquery, 'c'::tsquery)
--# ranges
select int4range(1, 10) @> 5, daterange('2026-01-01', '2026-02-01', '[)') && valid, lower(valid), upper_inc(valid), isempty(valid) from shop.products
--# ranges over time
select p.product_id from shop.prices p where p.during @> timestamp '2026-01-01' and p.during -|- tsrange('2026-02-01', null)
--# multiranges
select range_agg(valid), '{[1,3),[5,9)}'::int4multirange from shop.products
--# network addresses
select last_ip, host(last_ip), masklen(last_ip), last_ip << inet '10.0.0.0/8', network(last_ip) from shop.customers
--# geometry
select location <-> point '(1,2)', box '((0,0),(1,1))' @> location, circle '((0,0),2)' from shop.customers order by location <-> point(0, 0) limit 5
--# identifiers
select gen_random_uuid(), 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, trace from shop.events
--# money and bits
select '12.34'::money, b'101'::bit(3), '101'::varbit, get_bit(b'101', 0)
--# a sample of a table
select * from shop.events tablesample system (1) repeatable (42)
--# a sample by rows
select count(*) from shop.events tablesample bernoulli (10)
--# in random order
select name from shop.products order by random() limit 5
--# a row value
select row(1, 'a', null), (1, 2) = (1, 2), (row(1, 2)) is not null
--# fields of a composite
select (address -> 'street')::text, (jsonb_populate_record(null::shop.order_lines, '{"line": 3}')).line from shop.customers
--# whole rows
select c, c.*, (c).name from shop.customers c
--# counting a row
select count(c), max(c.id) from shop.customers c
--# a function of the database's own
select shop.with_tax(price), shop.country_of(1) from shop.products
--# named arguments
select make_timestamp(year => 2026, month => 1, mday => 2, hour => 3, min => 4, sec => 5), format('%s', variadic array['a'])
--# VARIADIC
select concat(variadic array['a', 'b', 'c']), jsonb_build_array(variadic array[1, 2])
--# an operator with its schema
select 1 operator(pg_catalog.+) 2, array[1] operator(pg_catalog.@>) array[1]
--# ANY with LIKE
select name from shop.customers where name like any (array['A%', 'B%'])
--# a view
select * from shop.open_orders where total > 10
--# only the parent
select count(*) from only shop.orders
--# a table with the database in front
select count(*) from postgres.shop.orders
--# an alias with columns
select t.a, t.b from (values (1, 'x'), (2, 'y')) as t (a, b)
--# a function with a list of columns
select * from json_to_recordset('[{"a": 1, "b": "x"}]') as t (a int, b text)
--# columns of the system
select ctid, tableoid::regclass, xmin from shop.orders
--# the catalogue
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_class c join pg_attribute a on a.attrelid = c.oid where c.relkind = 'r' and a.attnum > 0
--# the standard's catalogue
select table_schema, table_name, column_name, data_type from information_schema.columns where table_schema = 'shop' order by ordinal_position
--# sizes
select relname, pg_size_pretty(pg_total_relation_size(oid)), pg_relation_size(oid), pg_indexes_size(oid) from pg_class where relkind = 'r'
--# indexes in use
select schemaname, relname, indexrelname, idx_scan from pg_stat_user_indexes order by idx_scan
--# who is there
select pid, usename, state, wait_event, query from pg_stat_activity where state <> 'idle'
--# who waits for whom
select pid, pg_blocking_pids(pid), mode, granted from pg_locks where not granted
--# settings
select name, setting, unit from pg_settings where name like 'work%'
--# one setting
select current_setting('server_version'), current_setting('my.own', true)
--# SHOW
show server_version
--# SHOW with two words
show transaction isolation level
--# rights
select has_table_privilege('shop.orders', 'select'), pg_has_role(current_user, 'pg_read_all_data', 'usage')
--# logins without their passwords
select rolname, rolsuper, rolcanlogin from pg_roles
--# definitions
select pg_get_viewdef('shop.open_orders'::regclass, true), pg_get_indexdef(indexrelid), pg_get_expr(indpred, indrelid) from pg_index
--# definitions of constraints and functions
select conname, pg_get_constraintdef(oid) from pg_constraint union all select proname, pg_get_functiondef(oid) from pg_proc where pronamespace = 'shop'::regnamespace
--# comments of the catalogue
select obj_description('shop.orders'::regclass), col_description('shop.orders'::regclass, 1)
--# a sequence's last value
select last_value, is_called from shop.invoice_number
--# EXPLAIN
explain select * from shop.orders where id = 1
--# EXPLAIN ANALYZE of a query
explain (analyze, buffers, format json) select count(*) from shop.orders
--# EXPLAIN VERBOSE of a CTE
explain verbose with x as (select 1) select * from x
--# version
select version(), pg_backend_pid(), inet_server_addr(), pg_postmaster_start_time(), pg_is_in_recovery()
--# types of values
select pg_typeof(1), pg_typeof(now()), pg_column_size(repeat('x', 100))
--# a histogram
select width_bucket(total, 0, 1000, 20) as bucket, min(total), max(total), count(*), repeat('█', (count(*) / 10)::int) from shop.orders group by 1 order by 1
--# retention by month
with first as (select customer_id, min(date_trunc('month', ordered_at)) as month from shop.orders group by 1) select f.month, date_trunc('month', o.ordered_at) as later, count(distinct o.customer_id) from first f join shop.orders o using (customer_id) group by 1, 2 order by 1, 2
--# gaps and islands
select min(d), max(d) from (select d, d - (row_number() over (order by d))::int as island from (select distinct ordered_at::date as d from shop.orders) x) y group by island
--# a pivot by hand
select customer_id, sum(total) filter (where extract(quarter from ordered_at) = 1) as q1, sum(case when extract(quarter from ordered_at) = 2 then total else 0 end) as q2 from shop.orders group by customer_id
--# share of the whole
select country, count(*) * 100.0 / sum(count(*)) over () as share from shop.customers group by country order by share desc
--# the best of every group
select * from (select p.*, row_number() over (partition by category_id order by price desc) as place from shop.products p) ranked where place <= 3
--# duplicates
select email, count(*), array_agg(id order by id) from shop.customers group by email having count(*) > 1
--# correlated in the select list, from and where
select c.name, x.n from shop.customers c, lateral (select count(*) as n from shop.orders o where o.customer_id = c.id and o.total > (select avg(total) from shop.orders)) x where x.n > 0
--# a long IN list
select * from shop.orders where id in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
--# conditions without end
select 1 where true and (false or (true and not (false or null is null)))
--# unary signs
select - - 1, + 1, not not true, - (- 1), !! 'a'::tsquery
--# a name that is a keyword elsewhere
select value, name, type, year, month, day, hour, data, action, level, role, user_name from (select 1 as value, 2 as name, 3 as type, 4 as year, 5 as month, 6 as day, 7 as hour, 8 as data, 9 as action, 10 as level, 11 as role, 12 as user_name) t
--# a star and more
select o.*, o.total * 2 as double_total, 'x' as mark from shop.orders o
--# qualified by schema and table
select shop.orders.id, shop.orders.total from shop.orders
--# columns named like functions that are refused
select l.lo_revenue, l.http_status, l.sleep from (select 1 as lo_revenue, 200 as http_status, 8 as sleep) l
--# aliases without AS
select id number, total "the total" from shop.orders ord
--# any value (PostgreSQL 16)
select any_value(name), country from shop.customers group by country
--# a subquery without a name (PostgreSQL 16)
select * from (select 1 as a)
--# numbers with underscores (PostgreSQL 16)
select 1_000_000, 0xFF, 0o17, 0b101
--# RETURNING in words only
select 'returning' as returning_word, $q$ insert into x values (1) returning * $q$ as example
--# a window over an aggregate
select date_trunc('day', ordered_at), sum(sum(total)) over (order by date_trunc('day', ordered_at)) from shop.orders group by 1
--# bytes
select length(body), substring(body from 1 for 4), encode(body, 'base64'), get_byte(body, 0) from shop.events
