create schema shop;
create type shop.order_status as enum ('new', 'paid', 'sent', 'returned');
create table shop.categories (id int primary key, parent_id int references shop.categories, name text not null);
create table shop.suppliers (id int primary key, name text not null, country text, contact jsonb);
create table shop.products (
  id int primary key, category_id int references shop.categories, supplier_id int references shop.suppliers, name text not null,
  price numeric(12,2), weight real, tags text[], attributes jsonb, sizes int[], added_on date, description text, valid daterange
);
create table shop.customers (
  id int primary key, name text not null, email text, born date, city text, country text, joined_at timestamptz, balance numeric,
  address jsonb, location point, last_ip inet
);
create table shop.orders (
  id int primary key, customer_id int references shop.customers, status shop.order_status, ordered_at timestamptz, total numeric(12,2),
  note text, shipped interval
);
create table shop.order_lines (order_id int references shop.orders, line int, product_id int references shop.products, quantity int, price numeric(12,2), primary key (order_id, line));
create table shop.payments (id int primary key, order_id int references shop.orders, paid_at timestamp, amount numeric, method text);
create table shop.stock (product_id int references shop.products, warehouse text, quantity int, counted_on date, primary key (product_id, warehouse));
create table shop.reviews (id int primary key, product_id int references shop.products, customer_id int references shop.customers, stars int, words text, written_on date);
create table shop.events (id bigint primary key, customer_id int, at timestamptz, kind text, data jsonb, trace uuid, body bytea, document xml);
create table shop.prices (product_id int, during tsrange, price numeric);
create table shop.employees (id int primary key, boss_id int references shop.employees, name text, salary numeric, department text, hired date);
create sequence shop.invoice_number;
create view shop.open_orders as select * from shop.orders where status in ('new', 'paid');
create function shop.with_tax(numeric) returns numeric language sql immutable as 'select $1 * 1.2';
create function shop.country_of(int) returns text language sql stable as 'select country from shop.customers where id = $1';
