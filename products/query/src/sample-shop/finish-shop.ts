/** What rows of several tables have to agree on, once they are all there. One statement each; `today` is a date of ours. */
export const finishShop = (today: string): string[] => [
  // Every order has something in it.
  `INSERT INTO order_items (order_id, product_id, quantity, unit_price)
   SELECT o.id, p.id, 1 + o.id % 3, p.price FROM orders o JOIN products p ON p.id = 1 + (o.id * 7919) % (SELECT count(*) FROM products)
   WHERE o.id NOT IN (SELECT order_id FROM order_items)`,
  `UPDATE orders SET total = (SELECT round(sum(quantity * unit_price * (100 - discount_percent) / 100.0), 2) FROM order_items i WHERE i.order_id = orders.id)`,
  `UPDATE orders SET total = round(total * (100 - (SELECT percent FROM coupons c WHERE c.id = coupon_id)) / 100.0, 2) WHERE coupon_id IS NOT NULL`,
  `UPDATE orders SET sales_employee_id = NULL WHERE channel IN ('web', 'app')`,
  // An old order has come to its end; a young one may be on its way.
  `UPDATE orders SET status = 'delivered' WHERE status IN ('pending', 'paid', 'shipped') AND ordered_at < date('${today}', '-21 days')`,
  `UPDATE orders SET shipped_at = NULL WHERE status IN ('pending', 'paid', 'cancelled') OR shipped_at > '${today}'`,
  `UPDATE orders SET status = 'paid' WHERE shipped_at IS NULL AND status IN ('shipped', 'delivered', 'returned')`,
  `DELETE FROM payments WHERE order_id IN (SELECT id FROM orders WHERE status = 'pending')`,
  `UPDATE payments SET amount = (SELECT total FROM orders o WHERE o.id = order_id),
     status = CASE (SELECT status FROM orders o WHERE o.id = order_id) WHEN 'returned' THEN 'refunded' WHEN 'cancelled' THEN 'failed' ELSE status END`,
  `DELETE FROM shipments WHERE order_id IN (SELECT id FROM orders WHERE shipped_at IS NULL)`,
  `UPDATE shipments SET delivered_at = datetime((SELECT shipped_at FROM orders o WHERE o.id = order_id), (24 + id % 97) || ' hours'),
     shipped_at = (SELECT shipped_at FROM orders o WHERE o.id = order_id)`,
  `UPDATE shipments SET delivered_at = NULL WHERE delivered_at > '${today}' OR id % 211 = 0`,
  `UPDATE shipments SET tracking_number = NULL WHERE carrier = 'own van'`,
  `DELETE FROM returns WHERE order_item_id IN (SELECT i.id FROM order_items i JOIN orders o ON o.id = i.order_id WHERE o.shipped_at IS NULL)`,
  `UPDATE returns SET requested_at = datetime((SELECT o.shipped_at FROM order_items i JOIN orders o ON o.id = i.order_id WHERE i.id = order_item_id), (72 + id % 400) || ' hours')`,
  `UPDATE returns SET refunded_at = CASE WHEN id % 9 = 0 THEN NULL ELSE datetime(requested_at, (12 + id % 200) || ' hours') END`,
  // Nobody orders before there is an account.
  `UPDATE customers SET created_at = datetime(first, '-' || (1 + id % 2000) || ' hours')
   FROM (SELECT customer_id, min(ordered_at) AS first FROM orders GROUP BY customer_id) WHERE customer_id = id AND first <= created_at`,
  `UPDATE customers SET referred_by = NULL WHERE referred_by >= id`,
];
