-- rest_api_key_0001, up

create table if not exists `rest_api_key_groups` (`tenant_id` varbinary(600) not null, `id` varbinary(255) not null, `name` longtext character set utf8mb4 collate utf8mb4_bin not null, `description` longtext character set utf8mb4 collate utf8mb4_bin, `version` integer not null, `created_at` varchar(30) character set ascii collate ascii_bin not null, `updated_at` varchar(30) character set ascii collate ascii_bin not null, constraint `rest_api_key_groups_key` primary key (`tenant_id`, `id`), constraint `rest_api_key_groups_order` unique (`tenant_id`, `created_at`, `id`)) engine = InnoDB;

create table if not exists `rest_api_keys` (`id` varbinary(255) not null primary key, `digest` varbinary(300) not null, `tenant_id` varbinary(600) not null, `group_id` varbinary(255), `activated` boolean not null, `description` longtext character set utf8mb4 collate utf8mb4_bin, `on_behalf_of` longtext character set utf8mb4 collate utf8mb4_bin, `in_role` longtext character set utf8mb4 collate utf8mb4_bin, `allowed_ips` longtext character set utf8mb4 collate utf8mb4_bin, `expires_at` varchar(30) character set ascii collate ascii_bin, `metadata` longtext character set utf8mb4 collate utf8mb4_bin, `hint` longtext character set utf8mb4 collate utf8mb4_bin not null, `search_text` longtext character set utf8mb4 collate utf8mb4_bin not null, `version` integer not null, `created_at` varchar(30) character set ascii collate ascii_bin not null, `updated_at` varchar(30) character set ascii collate ascii_bin not null, `last_used_at` varchar(30) character set ascii collate ascii_bin, constraint `rest_api_keys_digest` unique (`digest`), constraint `rest_api_keys_order` unique (`tenant_id`, `created_at`, `id`), constraint `rest_api_keys_group_order` unique (`tenant_id`, `group_id`, `created_at`, `id`), constraint `rest_api_keys_group` foreign key (`tenant_id`, `group_id`) references `rest_api_key_groups` (`tenant_id`, `id`) on delete restrict) engine = InnoDB;

create table if not exists `rest_api_key_audit` (`id` varbinary(255) not null primary key, `tenant_id` varbinary(600) not null, `at` varchar(30) character set ascii collate ascii_bin not null, `actor_user_id` longtext character set utf8mb4 collate utf8mb4_bin not null, `actor_role` longtext character set utf8mb4 collate utf8mb4_bin, `action` longtext character set utf8mb4 collate utf8mb4_bin not null, `outcome` longtext character set utf8mb4 collate utf8mb4_bin not null, `group_id` varbinary(255), `key_id` varbinary(255), `state_before` longtext character set utf8mb4 collate utf8mb4_bin, `state_after` longtext character set utf8mb4 collate utf8mb4_bin, constraint `rest_api_key_audit_order` unique (`tenant_id`, `at`, `id`), constraint `rest_api_key_audit_key_order` unique (`tenant_id`, `key_id`, `at`, `id`), constraint `rest_api_key_audit_group_order` unique (`tenant_id`, `group_id`, `at`, `id`)) engine = InnoDB;

-- rest_api_key_0002, up

create table if not exists `rest_api_key_changes` (`seq` bigint not null primary key auto_increment, `digest` varbinary(300) not null) engine = InnoDB;

drop trigger if exists `rest_api_keys_inserted`;

drop trigger if exists `rest_api_keys_updated`;

drop trigger if exists `rest_api_keys_deleted`;

create trigger `rest_api_keys_inserted` after insert on `rest_api_keys` for each row insert into `rest_api_key_changes` (digest)
        values (case when length(new.digest) <= 300 and new.digest not like 'plain:%' then new.digest else '' end);

create trigger `rest_api_keys_updated` after update on `rest_api_keys` for each row
      if not (cast(old.`id` as binary) <=> cast(new.`id` as binary) and cast(old.`digest` as binary) <=> cast(new.`digest` as binary) and cast(old.`tenant_id` as binary) <=> cast(new.`tenant_id` as binary) and cast(old.`group_id` as binary) <=> cast(new.`group_id` as binary) and cast(old.`activated` as binary) <=> cast(new.`activated` as binary) and cast(old.`description` as binary) <=> cast(new.`description` as binary) and cast(old.`on_behalf_of` as binary) <=> cast(new.`on_behalf_of` as binary) and cast(old.`in_role` as binary) <=> cast(new.`in_role` as binary) and cast(old.`allowed_ips` as binary) <=> cast(new.`allowed_ips` as binary) and cast(old.`expires_at` as binary) <=> cast(new.`expires_at` as binary) and cast(old.`metadata` as binary) <=> cast(new.`metadata` as binary)) then
        insert into `rest_api_key_changes` (digest)
        values (case when length(old.digest) <= 300 and old.digest not like 'plain:%' then old.digest else '' end);
        if not (old.digest <=> new.digest) then insert into `rest_api_key_changes` (digest)
        values (case when length(new.digest) <= 300 and new.digest not like 'plain:%' then new.digest else '' end); end if;
      end if;

create trigger `rest_api_keys_deleted` after delete on `rest_api_keys` for each row insert into `rest_api_key_changes` (digest)
        values (case when length(old.digest) <= 300 and old.digest not like 'plain:%' then old.digest else '' end);

-- rest_api_key_0002, down

drop trigger if exists `rest_api_keys_inserted`;

drop trigger if exists `rest_api_keys_updated`;

drop trigger if exists `rest_api_keys_deleted`;

drop table if exists `rest_api_key_changes`;

-- rest_api_key_0001, down

drop table if exists `rest_api_key_audit`;

drop table if exists `rest_api_keys`;

drop table if exists `rest_api_key_groups`;
