-- Guards: the amounts of an order are sums in one currency; fct_orders would otherwise add unlike money.
select
    order_id,
    count(distinct currency) as currency_count
from {{ ref('fct_transactions') }}
group by order_id
having count(distinct currency) > 1
