--# everything of a table
select * from customers
--# FROM first
from customers
--# FROM first with SELECT behind
from customers select id, name where id > 1
--# TABLE
table customers
--# VALUES
values (1, 'a'), (2, 'b')
--# EXCLUDE and REPLACE
select * exclude (balance) replace (upper(name) as name) from customers
--# COLUMNS
select min(columns(*)), max(columns('.*a.*')) from customers
--# GROUP BY ALL
select city, count(*) from customers group by all order by all
--# QUALIFY
select id, row_number() over (partition by customer_id order by total desc) as place from orders qualify place = 1
--# aggregates with FILTER and ORDER
select list(name order by id), string_agg(name, ', '), count(*) filter (where id > 1), arg_max(name, balance), median(balance), quantile_cont(balance, 0.9), approx_count_distinct(city) from customers
--# lists and structs
select [1, 2, 3][1], list_value(1, 2), {'a': 1, 'b': 'x'}.a, struct_pack(a := 1), map {'k': 1}['k'], [1, 2, 3][2:3]
--# list functions and lambdas
select list_transform([1, 2, 3], lambda x: x + 1), list_filter([1, 2], lambda x: x > 1), unnest([1, 2])
--# list comprehension
select [x * 2 for x in [1, 2, 3] if x > 1]
--# JSON
select data -> '$.a', data ->> 'b', json_extract_string(data, '$.c') from events
--# ASOF and positional joins
select * from orders asof join prices on orders.happened >= prices.happened
--# semi and anti joins
select * from customers semi join orders on customers.id = orders.customer_id
--# lateral
select c.name, o.total from customers c, lateral (select total from orders where customer_id = c.id limit 1) o
--# PIVOT
pivot orders on customer_id using sum(total) group by id
--# UNPIVOT
unpivot orders on total, id into name label value amount
--# UNPIVOT as the standard has it
select * from orders unpivot (amount for label in (total, id))
--# CTE
with a as (from customers), b as (select count(*) as n from a) from b
--# recursive CTE
with recursive n(i) as (select 1 union all select i + 1 from n where i < 10) select i from n
--# set operations by name
select 1 as a union all by name select 2 as a
--# SAMPLE
select * from customers using sample 10 percent
--# ranges
select range, generate_series from range(5), generate_series(1, 3)
--# dates
select today(), now(), date_trunc('month', now()), extract(year from date '2026-01-01'), strftime(now(), '%Y'), date '2026-01-01' + interval 1 month, age(timestamp '2026-01-01')
--# regular expressions
select name from customers where regexp_matches(name, '^[A-Z]') and name similar to 'A.*' and name ~ 'a' and name ilike '%a%'
--# regular expression functions
select regexp_extract(name, '(\w+)', 1), regexp_replace(name, 'a', 'b', 'g'), string_split(name, ' ') from customers
--# casts
select '1'::int, cast('1' as decimal(10, 2)), try_cast('x' as int), 1::varchar, '2026-01-01'::date
--# window frames
select sum(total) over (order by id rows between 1 preceding and current row exclude ties), lead(total) over w from orders window w as (order by id)
--# grouping sets
select city, name, count(*), grouping(city) from customers group by grouping sets ((city), (name), ())
--# dollar quotes and escapes
select $$it's; fine$$, E'a\nb', 'it''s'
--# verbs in comments and strings
/* copy customers to 'x' */ select 'attach; install' as "load" -- drop
--# aliases in front
select a: 1, b: 'x'
--# numbers
select 1_000, 1e3, 10 // 3, 10 % 3, 2 ** 3, 1 << 2, 0.1 + 0.2
--# trim from
select trim(both 'x' from 'xax'), substring('abc' from 2), position('b' in 'abc')
--# DESCRIBE
describe customers
--# DESCRIBE a query
describe select 1 as a
--# SHOW TABLES
show tables
--# SHOW ALL TABLES
show all tables
--# SUMMARIZE
summarize customers
--# EXPLAIN
explain select * from customers
--# EXPLAIN ANALYZE of a query
explain analyze select count(*) from customers
--# PRAGMA table_info
pragma table_info('customers')
--# the catalogue
select table_name, column_name, data_type from information_schema.columns
--# functions of the catalogue
select function_name from duckdb_functions() union all select table_name from duckdb_tables()
--# settings
select name, value from duckdb_settings() where name = 'threads'
--# parameters
select * from customers where id = $1 and name = $2
--# an enum and a union
select 'a'::enum('a', 'b'), union_value(num := 2)
--# DISTINCT ON
select distinct on (city) city, name from customers order by city, id
--# LIMIT in percent
select * from customers limit 50%
--# names with spaces and emoji
select id as "a b", name as "🙂" from customers
--# text functions
select upper(name), name[1:2], format('{}', name), printf('%s', name), concat_ws(',', name, city), lpad(name, 10, ' '), repeat('=', 5), md5(name) from customers
