/** The old majors are installed under other names; of their API the tests use what the new ones have too. */
declare module 'express4' {
  import express = require('express')
  export = express
}

declare module 'koa2' {
  import Koa = require('koa')
  export = Koa
}
