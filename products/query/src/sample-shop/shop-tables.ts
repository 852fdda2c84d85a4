/**
 * The sample shop "Tidewater Coffee". Made to be asked about, and to have what real databases have: two keys between the same tables
 * (orders and addresses), keys that may be NULL (coupons, sales people), a foreign key without an index (order_items.product_id),
 * keys that nobody declared (page_views, customers.referred_by) and a key over two columns (stock).
 */
export const shopTables = `
CREATE TABLE countries ( -- Countries that the shop delivers to
  code TEXT PRIMARY KEY CHECK (length(code) = 2), -- ISO 3166-1 alpha-2
  name TEXT NOT NULL UNIQUE,
  currency TEXT NOT NULL CHECK (length(currency) = 3), -- ISO 4217
  vat_rate NUMERIC(4, 2) NOT NULL CHECK (vat_rate BETWEEN 0 AND 30) -- Percent on coffee and equipment
);
CREATE TABLE warehouses ( -- Places that goods are sent from
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  city TEXT NOT NULL,
  country_code TEXT NOT NULL REFERENCES countries (code),
  opened_on DATE NOT NULL
);
CREATE TABLE employees ( -- People who work for the shop
  id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('barista trainer', 'sales', 'support', 'warehouse', 'marketing', 'finance', 'manager')),
  manager_id INTEGER REFERENCES employees (id), -- Whom they report to; none for the founder
  warehouse_id INTEGER REFERENCES warehouses (id), -- Only for those who work in one
  hired_on DATE NOT NULL,
  salary NUMERIC(10, 2) NOT NULL CHECK (salary > 0) -- EUR a year, before tax
);
CREATE TABLE categories ( -- Tree of product groups
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  parent_id INTEGER REFERENCES categories (id) -- The group above; none at the top
);
CREATE TABLE suppliers ( -- Roasters, growers and makers of equipment
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  contact_name TEXT NOT NULL,
  contact_email TEXT NOT NULL,
  country_code TEXT NOT NULL REFERENCES countries (code),
  rating INTEGER CHECK (rating BETWEEN 1 AND 5) -- By the buyers; none before the first delivery
);
CREATE TABLE products ( -- Everything that is or was for sale
  id INTEGER PRIMARY KEY,
  sku TEXT NOT NULL UNIQUE, -- Stock keeping unit, printed on the label
  name TEXT NOT NULL,
  category_id INTEGER NOT NULL REFERENCES categories (id),
  supplier_id INTEGER NOT NULL REFERENCES suppliers (id),
  price NUMERIC(10, 2) NOT NULL CHECK (price > 0), -- EUR with tax, as it is today
  cost NUMERIC(10, 2) NOT NULL CHECK (cost > 0), -- EUR, what the supplier asks
  weight_grams INTEGER NOT NULL CHECK (weight_grams > 0),
  status TEXT NOT NULL CHECK (status IN ('active', 'seasonal', 'sold out', 'discontinued')),
  created_at TIMESTAMP NOT NULL,
  CONSTRAINT price_covers_cost CHECK (cost < price)
);
CREATE TABLE customers ( -- People who have an account
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  phone TEXT, -- Only where it was given
  country_code TEXT NOT NULL REFERENCES countries (code),
  segment TEXT NOT NULL CHECK (segment IN ('home', 'office', 'cafe', 'reseller')), -- Who they buy for
  marketing_consent BOOLEAN NOT NULL CHECK (marketing_consent IN (0, 1)),
  referred_by INTEGER, -- The customer who recommended the shop
  created_at TIMESTAMP NOT NULL
);
CREATE TABLE addresses ( -- Where customers have bills and parcels sent
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  street TEXT NOT NULL,
  city TEXT NOT NULL,
  postal_code TEXT NOT NULL,
  country_code TEXT NOT NULL REFERENCES countries (code)
);
CREATE TABLE coupons ( -- Codes that make an order cheaper
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  percent INTEGER NOT NULL CHECK (percent BETWEEN 5 AND 50),
  valid_from DATE NOT NULL,
  valid_until DATE NOT NULL,
  CONSTRAINT validity CHECK (valid_until > valid_from)
);
CREATE TABLE orders ( -- One row for each order, whatever became of it
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE, -- As customers know it
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  billing_address_id INTEGER NOT NULL REFERENCES addresses (id),
  shipping_address_id INTEGER NOT NULL REFERENCES addresses (id),
  coupon_id INTEGER REFERENCES coupons (id),
  sales_employee_id INTEGER REFERENCES employees (id), -- Who sold it; none for orders from the web shop
  channel TEXT NOT NULL CHECK (channel IN ('web', 'app', 'phone', 'store')),
  status TEXT NOT NULL CHECK (status IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'returned')),
  ordered_at TIMESTAMP NOT NULL,
  shipped_at TIMESTAMP, -- None before it left the warehouse
  total NUMERIC(10, 2) NOT NULL DEFAULT 0 CHECK (total >= 0), -- EUR with tax, after discounts
  CHECK (shipped_at IS NULL OR shipped_at >= ordered_at)
);
CREATE TABLE order_items ( -- What was bought
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  unit_price NUMERIC(10, 2) NOT NULL CHECK (unit_price >= 0), -- EUR with tax, as it was that day
  discount_percent INTEGER NOT NULL DEFAULT 0 CHECK (discount_percent BETWEEN 0 AND 50),
  UNIQUE (order_id, product_id)
);
CREATE TABLE payments ( -- Money that came in, or did not
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  method TEXT NOT NULL CHECK (method IN ('card', 'paypal', 'invoice', 'bank transfer', 'gift card')),
  status TEXT NOT NULL CHECK (status IN ('settled', 'authorised', 'failed', 'refunded')),
  amount NUMERIC(10, 2) NOT NULL CHECK (amount >= 0),
  paid_at TIMESTAMP NOT NULL
);
CREATE TABLE shipments ( -- Parcels
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
  carrier TEXT NOT NULL CHECK (carrier IN ('DHL', 'UPS', 'DPD', 'PostNord', 'own van')),
  tracking_number TEXT UNIQUE, -- None for our own van
  shipped_at TIMESTAMP NOT NULL,
  delivered_at TIMESTAMP, -- None while it is on its way, or lost
  CHECK (delivered_at IS NULL OR delivered_at > shipped_at)
);
CREATE TABLE returns ( -- What came back, and why
  id INTEGER PRIMARY KEY,
  order_item_id INTEGER NOT NULL UNIQUE REFERENCES order_items (id),
  reason TEXT NOT NULL CHECK (reason IN ('damaged', 'wrong item', 'too late', 'did not like it', 'other')),
  requested_at TIMESTAMP NOT NULL,
  refunded_at TIMESTAMP -- None while it is being looked at, or refused
);
CREATE TABLE reviews ( -- Stars and words of customers
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES products (id),
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  title TEXT,
  body TEXT,
  created_at TIMESTAMP NOT NULL,
  UNIQUE (product_id, customer_id) -- One review of a product by each
);
CREATE TABLE stock ( -- How many of a product lie in a warehouse
  product_id INTEGER NOT NULL REFERENCES products (id),
  warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
  quantity INTEGER NOT NULL CHECK (quantity >= 0),
  reorder_level INTEGER NOT NULL CHECK (reorder_level >= 0), -- Buy more below this
  PRIMARY KEY (product_id, warehouse_id)
);
CREATE TABLE page_views ( -- Who looked at what in the web shop, without declared keys: it is filled by another program
  id INTEGER PRIMARY KEY,
  visitor TEXT NOT NULL, -- A random number in a cookie
  customer_id INTEGER, -- None for visitors who have not signed in
  product_id INTEGER,
  path TEXT NOT NULL,
  referrer TEXT,
  device TEXT NOT NULL CHECK (device IN ('phone', 'desktop', 'tablet')),
  viewed_at TIMESTAMP NOT NULL
);
`;

/** Made after the rows: one index for each key that is asked for by, but for order_items.product_id. */
export const shopIndexes = `
CREATE INDEX employees_manager ON employees (manager_id);
CREATE INDEX employees_warehouse ON employees (warehouse_id);
CREATE INDEX warehouses_country ON warehouses (country_code);
CREATE INDEX suppliers_country ON suppliers (country_code);
CREATE INDEX categories_parent ON categories (parent_id);
CREATE INDEX products_category ON products (category_id);
CREATE INDEX products_supplier ON products (supplier_id);
CREATE INDEX customers_country ON customers (country_code);
CREATE INDEX addresses_customer ON addresses (customer_id);
CREATE INDEX addresses_country ON addresses (country_code);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_ordered_at ON orders (ordered_at);
CREATE INDEX orders_billing_address ON orders (billing_address_id);
CREATE INDEX orders_shipping_address ON orders (shipping_address_id);
CREATE INDEX orders_coupon ON orders (coupon_id) WHERE coupon_id IS NOT NULL;
CREATE INDEX orders_sales_employee ON orders (sales_employee_id) WHERE sales_employee_id IS NOT NULL;
CREATE INDEX payments_order ON payments (order_id);
CREATE INDEX shipments_order ON shipments (order_id);
CREATE INDEX shipments_warehouse ON shipments (warehouse_id);
CREATE INDEX reviews_customer ON reviews (customer_id);
CREATE INDEX stock_warehouse ON stock (warehouse_id);
CREATE INDEX page_views_viewed_at ON page_views (viewed_at);
CREATE VIEW order_summary AS -- What people ask for most
  SELECT o.id, o.number, o.ordered_at, o.status, o.channel, c.segment, c.country_code, o.total,
    (SELECT count(*) FROM order_items i WHERE i.order_id = o.id) AS items
  FROM orders o JOIN customers c ON c.id = o.customer_id;
`;
