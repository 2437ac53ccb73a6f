-- Tables of an application that had keys of its own before. The stores in this folder read them as they are.
CREATE TABLE customers (
  customer_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL UNIQUE
);

CREATE TABLE api_tokens (
  token_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_no integer NOT NULL REFERENCES customers,
  token_sha256 text NOT NULL UNIQUE,
  is_active smallint NOT NULL DEFAULT 1,
  purpose text,
  acts_as text,
  acting_role text,
  allowed_ips text,
  valid_until timestamptz
);
