console.log("@dest/demo: nothing here yet");
