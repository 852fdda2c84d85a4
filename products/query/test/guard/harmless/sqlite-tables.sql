create table customers (id integer primary key, name text, city text, balance numeric);
create index by_city on customers (city);
create table orders (id integer primary key, customer_id integer, total numeric);
create table events (id integer, data text);
create virtual table notes using fts5(words);
