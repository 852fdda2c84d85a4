--# everything of a table
select * from customers
--# VALUES
values (1, 'a'), (2, 'b')
--# a semicolon and a comment at the end
select 1; -- drop table customers;
--# a comment that is left open
select 1 /* and so on
--# verbs in quotes
select 'insert; delete' as "update", 1 as [delete], 2 as `drop` from customers
--# joins
select c.name, o.total from customers c left join orders o on o.customer_id = c.id inner join orders p using (id)
--# full join
select * from customers full outer join orders on customers.id = orders.customer_id
--# CTE
with a(n) as (select 1), b as materialized (select n + 1 as n from a) select * from a, b
--# recursive CTE
with recursive n(i) as (values (1) union all select i + 1 from n where i < 10) select group_concat(i, ',') from n
--# set operations
select id from customers union select id from orders except select 3 intersect select 1 order by 1 limit 5
--# window functions
select id, rank() over (order by total desc), sum(total) over (partition by customer_id rows between unbounded preceding and current row) from orders
--# a named window with FILTER
select count(*) filter (where total > 1) over w from orders window w as (order by id range between 1 preceding and 1 following exclude ties)
--# groups
select city, count(*), total(balance), avg(balance) from customers group by city having count(*) > 0 order by 2 desc nulls last
--# JSON
select data -> '$.a', data ->> '$.b', json_extract(data, '$.c'), json_group_array(id), json_object('a', 1) from events
--# JSON as a table
select j.key, j.value, t.fullkey from events, json_each(events.data) j, json_tree(events.data, '$.a') t
--# dates
select date('now', '-7 days', 'start of month'), strftime('%Y-%m', 'now'), julianday('now'), unixepoch(), datetime('now', 'localtime'), current_timestamp
--# text functions
select upper(name), substr(name, 1, 3), replace(name, 'a', 'b'), instr(name, 'a'), trim(name), printf('%05d', id), format('%s', name), name || '!' from customers
--# GLOB, LIKE and REGEXP-like
select name from customers where name glob 'A*' and name like 'a%' escape '\' and name not like '%z'
--# full-text search
select highlight(notes, 0, '<b>', '</b>'), bm25(notes) from notes where notes match 'word AND other' order by rank
--# CASE and IIF
select case city when 'Paris' then 1 else 0 end, iif(balance > 10, 'a', 'b'), ifnull(city, '-'), nullif(1, 2), coalesce(null, 1) from customers
--# casts and types
select cast('1' as integer), typeof(balance), x'00ff', hex(x'00ff'), 0x1F, 1e3, quote(name) from customers
--# COLLATE
select name from customers order by name collate nocase
--# rows compared
select * from orders where (id, total) > (1, 2) and id in (1, 2) and total between 1 and 2 and id is not null and total is not distinct from 3
--# EXISTS and subqueries
select (select count(*) from orders) as n, exists (select 1 from orders where customer_id = 1)
--# indexes named
select * from customers indexed by by_city where city = 'Paris'
--# parameters of all kinds
select * from customers where id = ?1 and name = :name and city = @city and balance = $balance
--# the schema
select type, name, sql from sqlite_schema where name not like 'sqlite_%'
--# the old schema
select name from sqlite_master
--# PRAGMA table_info
pragma table_info(customers)
--# PRAGMA of a schema
pragma main.index_list('customers')
--# PRAGMA as a table
select p.name, p.type from pragma_table_info('customers') p
--# PRAGMA without an argument
pragma database_list
--# EXPLAIN QUERY PLAN
explain query plan select * from customers where id = 1
--# numbers
select abs(-1), round(1.5), max(1, 2), min(1, 2), random(), sqrt(2), 5 % 2, 5 << 1, ~1, 1 <> 2, 1 == 1
--# aliases without AS
select id number, name "the name" from customers c
--# quoted in all four ways
select "name", [name], `name`, 'name' from "customers"
--# a deep condition
select 1 where not (1 = 2 and (2 = 3 or (3 = 3 and not 4 = 4)))
--# VALUES in FROM
select column1, column2 from (values (1, 'a'), (2, 'b'))
