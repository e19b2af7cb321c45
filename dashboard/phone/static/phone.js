/* Follows the ticket: server-sent events where the phone knows them, else it asks. ES5, for old phones. */
(function () {
  "use strict";
  var BEAT_S = 10, SILENCE_S = 27, ASK_S = 6;
  var place = document.getElementById("ticket");
  var leave = document.getElementById("leave");
  var cut = document.getElementById("cut");
  var number = document.body.getAttribute("data-number");
  var path = location.pathname, query = location.search;
  var heard = new Date().getTime();
  var rang = null, warned = null, source = null, asking = false, flash = 0, over = false;

  function look(ring) {
    var shown = place.firstElementChild;
    if (!shown) { return; }
    if (leave) { leave.hidden = shown.getAttribute("data-leave") === null; }
    var title = (number ? number + " · " : "") + shown.getAttribute("data-title");
    window.clearInterval(flash);
    document.title = title;
    var state = shown.getAttribute("data-state");
    var called = state === "called";
    /* The stream stays a minute more, should an agent take the end back; after it nothing is asked. */
    over = state === "ended";
    var now = called ? shown.getAttribute("data-ring") || "called" : null;
    if (called) {
      var odd = false;
      flash = window.setInterval(function () {
        odd = !odd;
        document.title = odd ? "● " + title : title;
      }, 1000);
      if (ring && now !== rang && navigator.vibrate) { navigator.vibrate([400, 200, 400, 200, 800]); }
      if (now !== rang) { window.scrollTo(0, 0); }
    }
    rang = now;
    var notice = shown.getAttribute("data-notice");
    if (notice === "evacuation" && notice !== warned) {
      if (ring && navigator.vibrate) { navigator.vibrate([800, 300, 800, 300, 800]); }
      window.scrollTo(0, 0);
    }
    warned = notice;
  }

  function take(html) {
    heard = new Date().getTime();
    cut.hidden = true;
    if (html === null) { return; }
    /* The frame knows the number only where the ticket was known when the page was made. */
    if (!number && html.indexOf('data-state="unknown"') < 0) { location.reload(); return; }
    place.innerHTML = html;
    look(true);
  }

  function ask() {
    if (asking) { return; }
    asking = true;
    var request = new XMLHttpRequest();
    request.onreadystatechange = function () {
      if (request.readyState !== 4) { return; }
      asking = false;
      if (request.status === 200 || request.status === 404 || request.status === 503) {
        take(request.responseText);
      }
    };
    request.open("GET", path + "/etat" + query, true);
    request.timeout = 20000;
    request.send();
  }

  function listen() {
    if (source) { source.close(); }
    source = new EventSource(path + "/direct" + query);
    source.addEventListener("ticket", function (message) { take(message.data); });
    source.addEventListener("beat", function () { take(null); });
  }

  function watch() {
    var silent = (new Date().getTime() - heard) / 1000;
    if (silent > SILENCE_S) { cut.hidden = over; }
    if (window.EventSource) {
      /* A stream that a sleeping phone let go of may never say so. */
      if (!over && silent > SILENCE_S && silent % BEAT_S < 3) { ask(); }
      if (!over && source.readyState === 2) { listen(); }
    } else if (!over && silent > ASK_S) {
      ask();
    }
  }

  function back() {
    if (document.hidden || over) { return; }
    if (window.EventSource) { listen(); } else { ask(); }
  }

  look(false);
  if (window.EventSource) { listen(); }
  window.setInterval(watch, 3000);
  document.addEventListener("visibilitychange", back);
  window.addEventListener("online", back);
}());
