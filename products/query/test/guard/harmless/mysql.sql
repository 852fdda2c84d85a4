--# everything of a table
select * from customers
--# a semicolon at the end
select 1;
--# a table statement
select id, name from customers order by id limit 10 offset 5
--# the old LIMIT
select id from customers limit 5, 10
--# quoted names
select `c`.`name` as `the name`, `c`.`id` from `shop`.`customers` as `c`
--# names that are verbs elsewhere
select 'insert' as `update`, 'delete' as `delete` from customers
--# verbs in comments
/* delete from customers; */ select 1 -- drop table customers
--# a comment with a hash
select 1 # insert into customers
--# two dashes without a space are two minus signs
select 5--3
--# verbs in strings
select 'drop table x; /*! delete */', "it's into outfile" from customers
--# an escaped quote
select 'it\'s; fine', 'a\\', 'it''s'
--# functions called like verbs
select replace(name, 'a', 'b'), insert(name, 1, 2, 'x'), truncate(1.234, 2), left(name, 3), right(name, 2) from customers
--# joins of all kinds
select c.name, o.total from customers c join orders o on o.customer_id = c.id left join payments p on p.id = o.id cross join (select 1 as one) x
--# STRAIGHT_JOIN and hints of indexes
select c.id from customers c straight_join orders o force index (primary) on o.customer_id = c.id
--# natural join
select * from orders natural join (select 1 as id) x
--# commas
select a.id, b.id from customers a, orders b where a.id = b.customer_id
--# a subquery
select name, (select count(*) from orders o where o.customer_id = c.id) as n from customers c where exists (select 1 from orders where customer_id = c.id)
--# a derived table
select t.n from (select count(*) as n from orders group by customer_id) as t where t.n > 0
--# a CTE
with big as (select * from orders where total > 10), small (id) as (select id from orders where total <= 10) select count(*) from big union all select count(*) from small
--# a recursive CTE
with recursive n (i) as (select 1 union all select i + 1 from n where i < 10) select i from n
--# set operations
select id from customers union distinct select id from orders union all select 3 order by 1
--# window functions
select id, row_number() over (partition by customer_id order by total desc), sum(total) over w, lag(total, 1) over w from orders window w as (order by id)
--# grouping
select city, count(*), sum(balance) from customers group by city with rollup having count(*) > 0
--# gathered texts
select group_concat(distinct name order by name desc separator ', ') from customers
--# JSON functions
select json_extract(data, '$.a'), json_unquote(json_extract(data, '$.b')), json_object('a', 1), json_arrayagg(id) from events
--# dates
select now(), curdate(), date_add(now(), interval 1 day), date_format(now(), '%Y-%m-%d'), datediff(now(), '2026-01-01'), extract(year from now()), str_to_date('01.02.2026', '%d.%m.%Y')
--# intervals
select * from orders where ordered_at >= now() - interval 30 day and ordered_at < date '2030-01-01'
--# regular expressions
select name from customers where name regexp '^[A-Z]' and name rlike 'a$' and name not regexp '[0-9]'
--# LIKE with an escape
select name from customers where name like 'a\_b%' or name like '10|%' escape '|'
--# CASE, IF and IFNULL
select case when balance > 10 then 'much' else 'little' end, if(balance > 10, 1, 0), ifnull(city, '-'), nullif(1, 2), coalesce(null, 1) from customers
--# casts
select cast('1' as signed), convert('1', decimal(10, 2)), convert(name using utf8mb4), binary name from customers
--# operators
select 1 <=> null, 5 div 2, 5 mod 2, 5 % 2, 1 xor 0, not 1, !0, ~1, 1 << 2, 6 & 3, 6 | 1, 5 ^ 1
--# numbers and bytes
select 0xFF, x'4D7953', b'101', 1e10, .5, -1.5
--# a character set
select _utf8mb4'abc' collate utf8mb4_bin, n'abc'
--# variables of the server
select @@version, @@session.sql_mode, @@global.max_connections
--# text functions
select concat(name, ' ', city), upper(name), trim(both ' ' from name), substring(name from 2 for 3), lpad(id, 8, '0'), repeat('=', 10), md5(name), sha2(name, 256), hex(name) from customers
--# numbers in functions
select round(balance, 1), floor(balance), rand(), greatest(1, 2), format(balance, 2), pow(2, 10) from customers
--# IN and BETWEEN
select * from orders where id in (1, 2, 3) and total between 10 and 20 and (id, total) in (select id, total from orders)
--# the schema
select table_name, column_name, data_type from information_schema.columns where table_schema = database()
--# SHOW TABLES
show tables
--# SHOW FULL COLUMNS
show full columns from customers
--# SHOW CREATE TABLE
show create table customers
--# SHOW INDEX
show index from customers
--# SHOW VARIABLES
show variables like 'max%'
--# DESCRIBE
describe customers
--# EXPLAIN
explain select * from customers where id = 1
--# EXPLAIN as JSON
explain format=json select * from customers
--# a query in parentheses
(select 1) union (select 2)
--# DISTINCT and calculated
select distinct city, sql_no_cache.x from (select 1 as x, 'a' as city) sql_no_cache
--# DUAL
select 1 from dual where true
--# parameters
select * from customers where id = ? and name = ?
--# full-text
select id from articles where match (title, body) against ('+word -other' in boolean mode)
--# names with signs
select id as größe, name as `na``me`, id as id$1 from customers
--# time functions that only tell
select unix_timestamp(), from_unixtime(0), sec_to_time(100), timestampdiff(hour, '2026-01-01', now()), last_day(now()), week(now())
--# uuid and version
select uuid(), version(), user(), database(), connection_id(), row_count(), found_rows()
