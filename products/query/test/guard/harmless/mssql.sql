--# everything of a table
select * from customers
--# TOP
select top 10 id, name from dbo.customers order by id desc
--# TOP with ties and percent
select top (10) percent with ties id from customers order by id
--# OFFSET and FETCH
select id from customers order by id offset 10 rows fetch next 5 rows only
--# brackets
select [c].[name] as [the name], [id] as [select], 'a' as [drop table x] from [shop].[dbo].[customers] as [c]
--# a bracket in brackets
select 1 as [a]]b], 2 as "c""d"
--# a semicolon
select 1;
--# verbs in comments
/* drop table x /* exec y */ delete */ select 1 -- insert
--# verbs in strings
select 'drop table x; exec y', N'update; größe', 'it''s'
--# joins
select c.name, o.total from customers c inner join orders o on o.customer_id = c.id left outer join payments p on p.order_id = o.id
--# full and cross joins
select * from a full join b on a.id = b.id cross join c
--# APPLY
select c.name, o.total from customers c cross apply (select top 3 total from orders where customer_id = c.id order by total desc) o outer apply string_split(c.tags, ',') s
--# CTEs
with a as (select 1 as n), b (m) as (select n + 1 from a) select * from a cross join b
--# a recursive CTE
with n as (select 1 as i union all select i + 1 from n where i < 10) select i from n option (maxrecursion 100)
--# set operations
select id from a union all select id from b except select id from c intersect select 1
--# window functions
select id, row_number() over (partition by customer_id order by total desc), sum(total) over (order by id rows between unbounded preceding and current row), lag(total) over (order by id) from orders
--# grouping
select city, count(*), grouping(city) from customers group by rollup (city) having count(*) > 1
--# grouping sets
select a, b, count_big(*) from t group by grouping sets ((a), (b), ())
--# gathered texts
select string_agg(name, ', ') within group (order by name) from customers
--# PIVOT
select * from (select city, balance from customers) s pivot (sum(balance) for city in ([Paris], [Rome])) p
--# UNPIVOT
select * from t unpivot (value for name in ([a], [b])) u
--# JSON
select json_value(data, '$.a'), json_query(data, '$.b'), isjson(data) from events
--# OPENJSON
select j.* from events cross apply openjson(data) with (a int '$.a', b nvarchar(max) '$.b' as json) j
--# FOR JSON
select id, name from customers for json path, root('customers')
--# FOR XML
select id, name from customers for xml auto, elements
--# XML methods
select x.value('(/a/b)[1]', 'int'), x.query('/a') from (select cast('<a><b>1</b></a>' as xml) as x) t
--# dates
select getdate(), sysutcdatetime(), dateadd(day, 1, getdate()), datediff(month, '2026-01-01', getdate()), eomonth(getdate()), format(getdate(), 'yyyy-MM'), year(getdate()), datefromparts(2026, 1, 2)
--# time zones
select sysdatetimeoffset() at time zone 'Central European Standard Time'
--# CASE and IIF
select case when balance > 10 then 'a' else 'b' end, iif(balance > 10, 1, 0), coalesce(city, '-'), isnull(city, '-'), nullif(1, 2), choose(1, 'a', 'b') from customers
--# casts
select cast('1' as int), convert(varchar(10), getdate(), 104), try_cast('x' as int), try_convert(date, 'x'), parse('1' as int)
--# text functions
select upper(name), left(name, 3), substring(name, 1, 2), replace(name, 'a', 'b'), stuff(name, 1, 1, 'x'), charindex('a', name), len(name), concat(name, city), replicate('=', 10), trim(name) from customers
--# LIKE
select name from customers where name like '[A-C]%' and name not like '%[^a-z]%' escape '\'
--# subqueries
select name, (select count(*) from orders o where o.customer_id = c.id) from customers c where exists (select 1 from orders) and id in (select customer_id from orders)
--# ANY and ALL
select * from orders where total > all (select total from orders where id = 1) or total = any (select 1)
--# VALUES as a table
select v.a, v.b from (values (1, 'x'), (2, 'y')) v (a, b)
--# hints that take no locks
select * from customers with (nolock, index(1)) option (recompile, maxdop 1)
--# variables of the server
select @@version, @@rowcount, @@spid, suser_sname(), db_name(), schema_name()
--# parameters
select * from customers where id = @id and name = @name
--# the catalogue
select t.name, c.name, ty.name from sys.tables t join sys.columns c on c.object_id = t.object_id join sys.types ty on ty.user_type_id = c.user_type_id
--# the standard's catalogue
select table_schema, table_name, column_name from information_schema.columns
--# another schema and database
select * from shop.dbo.customers, sales.orders, tempdb..sysobjects
--# temporary tables read
select * from #mine join ##ours on #mine.id = ##ours.id
--# numbers and operators
select 5 / 2, 5 % 2, ~1, 6 & 3, 6 | 1, 5 ^ 1, 0xFF, 1e3, $12.5, 1 <> 2, 1 != 2, 1 !< 2
--# COLLATE
select name collate Latin1_General_CI_AS from customers order by name collate Latin1_General_BIN
--# a set of names called like functions
select checksum(name), hashbytes('SHA2_256', name), newid(), rand(), round(1.5, 0) from customers
--# temporal tables
select * from customers for system_time as of '2026-01-01'
--# aliases by an equals sign
select total = sum(total), city = max(city) from orders
--# a graph
select p.name from person p, likes l, person f where match (p-(l)->f)
--# a sample
select * from customers tablesample (10 percent)
--# a star and more
select c.*, c.id * 2 as twice, 'x' + c.name as mark from customers c
