create table customers (id int primary key, name varchar(100), city varchar(100), balance decimal(10, 2));
create table orders (id int primary key, customer_id int, total decimal(10, 2), ordered_at datetime);
create table payments (id int primary key, amount decimal(10, 2));
create table events (id int, data json);
create table articles (id int primary key, title varchar(200), body text, fulltext (title, body));
