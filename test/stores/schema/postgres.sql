-- rest_api_key_0001, up

create table "rest_api_key_groups" ("tenant_id" text collate "C" not null, "id" text collate "C" not null, "name" text collate "C" not null, "description" text collate "C", "version" integer not null, "created_at" text collate "C" not null, "updated_at" text collate "C" not null, constraint "rest_api_key_groups_key" primary key ("tenant_id", "id"), constraint "rest_api_key_groups_order" unique ("tenant_id", "created_at", "id")) ;

create table "rest_api_keys" ("id" text collate "C" not null primary key, "digest" text collate "C" not null, "tenant_id" text collate "C" not null, "group_id" text collate "C", "activated" boolean not null, "description" text collate "C", "on_behalf_of" text collate "C", "in_role" text collate "C", "allowed_ips" text collate "C", "expires_at" text collate "C", "metadata" text collate "C", "hint" text collate "C" not null, "search_text" text collate "C" not null, "version" integer not null, "created_at" text collate "C" not null, "updated_at" text collate "C" not null, "last_used_at" text collate "C", constraint "rest_api_keys_digest" unique ("digest"), constraint "rest_api_keys_order" unique ("tenant_id", "created_at", "id"), constraint "rest_api_keys_group_order" unique ("tenant_id", "group_id", "created_at", "id"), constraint "rest_api_keys_group" foreign key ("tenant_id", "group_id") references "rest_api_key_groups" ("tenant_id", "id") on delete restrict) ;

create table "rest_api_key_audit" ("id" text collate "C" not null primary key, "tenant_id" text collate "C" not null, "at" text collate "C" not null, "actor_user_id" text collate "C" not null, "actor_role" text collate "C", "action" text collate "C" not null, "outcome" text collate "C" not null, "group_id" text collate "C", "key_id" text collate "C", "state_before" text collate "C", "state_after" text collate "C", constraint "rest_api_key_audit_order" unique ("tenant_id", "at", "id"), constraint "rest_api_key_audit_key_order" unique ("tenant_id", "key_id", "at", "id"), constraint "rest_api_key_audit_group_order" unique ("tenant_id", "group_id", "at", "id")) ;

-- rest_api_key_0002, up

create function "rest_api_keys_tell"() returns trigger language plpgsql as $$
      declare
        digests text[] := array[]::text[];
        digest text;
      begin
        if tg_op in ('UPDATE', 'DELETE') then digests := digests || old.digest; end if;
        if tg_op in ('INSERT', 'UPDATE') then digests := digests || new.digest; end if;
        if tg_op = 'TRUNCATE' then digests := array['']; end if;
        foreach digest in array digests loop
          perform pg_notify('rest_api_keys.' || tg_relid, case when length(digest) <= 300 and digest not like 'plain:%' then digest else '' end);
        end loop;
        return null;
      end $$;

create trigger "rest_api_keys_changed" after insert or delete on "rest_api_keys"
      for each row execute function "rest_api_keys_tell"();

create trigger "rest_api_keys_updated" after update on "rest_api_keys"
      for each row when ((old."id", old."digest", old."tenant_id", old."group_id", old."activated", old."description", old."on_behalf_of", old."in_role", old."allowed_ips", old."expires_at", old."metadata") is distinct from (new."id", new."digest", new."tenant_id", new."group_id", new."activated", new."description", new."on_behalf_of", new."in_role", new."allowed_ips", new."expires_at", new."metadata"))
      execute function "rest_api_keys_tell"();

create trigger "rest_api_keys_truncated" after truncate on "rest_api_keys"
      for each statement execute function "rest_api_keys_tell"();

-- rest_api_key_0002, down

drop function if exists "rest_api_keys_tell"() cascade;

-- rest_api_key_0001, down

drop table if exists "rest_api_key_audit";

drop table if exists "rest_api_keys";

drop table if exists "rest_api_key_groups";
