-- rest_api_key_0001, up

create table if not exists "rest_api_key_groups" ("tenant_id" text not null, "id" text not null, "name" text not null, "description" text, "version" integer not null, "created_at" text not null, "updated_at" text not null, constraint "rest_api_key_groups_key" primary key ("tenant_id", "id"), constraint "rest_api_key_groups_order" unique ("tenant_id", "created_at", "id")) ;

create table if not exists "rest_api_keys" ("id" text not null primary key, "digest" text not null, "tenant_id" text not null, "group_id" text, "activated" integer not null, "description" text, "on_behalf_of" text, "in_role" text, "allowed_ips" text, "expires_at" text, "metadata" text, "hint" text not null, "search_text" text not null, "version" integer not null, "created_at" text not null, "updated_at" text not null, "last_used_at" text, constraint "rest_api_keys_digest" unique ("digest"), constraint "rest_api_keys_order" unique ("tenant_id", "created_at", "id"), constraint "rest_api_keys_group_order" unique ("tenant_id", "group_id", "created_at", "id"), constraint "rest_api_keys_group" foreign key ("tenant_id", "group_id") references "rest_api_key_groups" ("tenant_id", "id") on delete restrict) ;

create table if not exists "rest_api_key_audit" ("id" text not null primary key, "tenant_id" text not null, "at" text not null, "actor_user_id" text not null, "actor_role" text, "action" text not null, "outcome" text not null, "group_id" text, "key_id" text, "state_before" text, "state_after" text, constraint "rest_api_key_audit_order" unique ("tenant_id", "at", "id"), constraint "rest_api_key_audit_key_order" unique ("tenant_id", "key_id", "at", "id"), constraint "rest_api_key_audit_group_order" unique ("tenant_id", "group_id", "at", "id")) ;

-- rest_api_key_0002, up

create table if not exists "rest_api_key_changes" ("seq" integer primary key autoincrement, "digest" text not null);

create trigger if not exists "rest_api_keys_replaced" before insert on rest_api_keys begin
      insert into rest_api_key_changes (digest) select case when length(digest) <= 300 and digest not like 'plain:%' then digest else '' end from rest_api_keys where id = new.id;
    end;

create trigger if not exists "rest_api_keys_inserted" after insert on rest_api_keys begin
      insert into rest_api_key_changes (digest) values (case when length(new.digest) <= 300 and new.digest not like 'plain:%' then new.digest else '' end);
    end;

create trigger if not exists "rest_api_keys_updated" after update on rest_api_keys when old."id" is not new."id" or old."digest" is not new."digest" or old."tenant_id" is not new."tenant_id" or old."group_id" is not new."group_id" or old."activated" is not new."activated" or old."description" is not new."description" or old."on_behalf_of" is not new."on_behalf_of" or old."in_role" is not new."in_role" or old."allowed_ips" is not new."allowed_ips" or old."expires_at" is not new."expires_at" or old."metadata" is not new."metadata" begin
      insert into rest_api_key_changes (digest) values (case when length(old.digest) <= 300 and old.digest not like 'plain:%' then old.digest else '' end);
      insert into rest_api_key_changes (digest) select case when length(new.digest) <= 300 and new.digest not like 'plain:%' then new.digest else '' end where old.digest is not new.digest;
    end;

create trigger if not exists "rest_api_keys_deleted" after delete on rest_api_keys begin
      insert into rest_api_key_changes (digest) values (case when length(old.digest) <= 300 and old.digest not like 'plain:%' then old.digest else '' end);
    end;

-- rest_api_key_0002, down

drop trigger if exists "rest_api_keys_replaced";

drop trigger if exists "rest_api_keys_inserted";

drop trigger if exists "rest_api_keys_updated";

drop trigger if exists "rest_api_keys_deleted";

drop table if exists "rest_api_key_changes";

-- rest_api_key_0001, down

drop table if exists "rest_api_key_audit";

drop table if exists "rest_api_keys";

drop table if exists "rest_api_key_groups";
