create table customers (id integer primary key, name varchar, city varchar, balance decimal(10, 2));
create table orders (id integer primary key, customer_id integer, total decimal(10, 2), happened timestamp);
create table prices (happened timestamp, price double);
create table events (id integer, data json);
