//! Secrets: put in by the host, for their hosts only, and never told to the guest.

use super::*;

#[tokio::test]
async fn secrets_are_put_in_and_their_echo_is_taken_out() {
    let server = Server::start(|text| {
        let echo = text.replace("\r\n", " ");
        let head = format!("HTTP/1.1 200 OK\r\nx-echo: {echo}\r\ncontent-length: {}", text.len());
        format!("{head}\r\n\r\n{text}").into_bytes()
    })
    .await;
    let guest = Guest::new().to(&server).secret_for(&server.address.to_string());
    for (placement, sent, echoed) in [
        (Placement::Bearer, "authorization: Bearer tr0ub4dor&3\r\n", "Bearer [secret]"),
        (
            Placement::Basic("me".to_owned()),
            "authorization: Basic bWU6dHIwdWI0ZG9yJjM=\r\n",
            "Basic [secret]",
        ),
        (Placement::Header("X-Key".to_owned()), "x-key: tr0ub4dor&3\r\n", "x-key: [secret]"),
        (Placement::Query("key".to_owned()), "GET /p?a=b&key=tr0ub4dor%263 ", "key=[secret] "),
    ] {
        let mut request = with_secret(server.url("/p?a=b"), placement.clone());
        request.headers = vec![
            ("authorization".to_owned(), "the guest's own".to_owned()),
            ("accept-encoding".to_owned(), "gzip".to_owned()),
        ];
        let response = guest.send(request).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert!(seen.contains(sent), "{placement:?}: {seen}");
        assert!(seen.contains("accept-encoding: identity\r\n"), "{seen}");
        let body = String::from_utf8(response.body).unwrap();
        let header = &response.headers.iter().find(|(name, _)| name == "x-echo").unwrap().1;
        for text in [&body, header] {
            assert!(text.contains(echoed), "{placement:?}: {text}");
            assert!(!text.contains("tr0ub4dor") && !text.contains("bWU6dHIw"), "{text}");
        }
        let is_authorization = matches!(placement, Placement::Bearer | Placement::Basic(_));
        assert_eq!(seen.contains("the guest's own"), !is_authorization, "{seen}");
    }
}

#[tokio::test]
async fn a_secret_goes_to_its_hosts_only() {
    let server = Server::start(|_| ok("")).await;
    let here = server.address.to_string();
    let elsewhere = Guest::new().to(&server).secret_for("api.example.org");
    let refused = elsewhere.send(with_secret(server.url("/"), Placement::Bearer)).await;
    assert!(matches!(refused, Err(HttpError::Rule(_))), "{refused:?}");
    let mut only_asked = Guest::new().to(&server).secret_for(&here);
    only_asked.granted.secrets.clear();
    let refused = only_asked.send(with_secret(server.url("/"), Placement::Bearer)).await;
    assert!(refused.unwrap_err().to_string().contains("not granted"));
    let mut missing = Guest::new().to(&server).secret_for(&here);
    missing.secrets = SecretMap::default();
    let refused = missing.send(with_secret(server.url("/"), Placement::Bearer)).await;
    assert!(matches!(refused, Err(HttpError::Unreachable(_))), "{refused:?}");
    let smuggled = Guest::new().to(&server).secret_for(&here);
    let host = Placement::Header("Host".to_owned());
    assert!(smuggled.send(with_secret(server.url("/"), host)).await.is_err());
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_secret_does_not_travel_in_the_clear_to_another_machine() {
    let resolver = Scripted::new(&[&["10.0.0.1"]]);
    let guest =
        Guest::new().granted("box.internal").secret_for("box.internal").resolving(&resolver);
    let refused = guest.send(with_secret("http://box.internal/", Placement::Bearer)).await;
    let refused = refused.unwrap_err();
    assert!(refused.to_string().contains("plain `http`"), "{refused}");
    assert!(!refused.to_string().contains("tr0ub4dor"));
}

#[tokio::test]
async fn a_secret_stays_behind_at_a_redirect_to_a_host_that_may_not_have_it() {
    let thief = Server::start(|_| ok("thanks")).await;
    let to = thief.url("/");
    let honest = Server::start(move |_| redirect(307, &to)).await;
    let here = honest.address.to_string();
    let guest = Guest::new().to(&honest).to(&thief).secret_for(&here);
    let mut request = with_secret(honest.url("/"), Placement::Header("x-key".to_owned()));
    request.headers = vec![("cookie".to_owned(), "mine".to_owned())];
    assert_eq!(guest.send(request.clone()).await.unwrap().body, b"thanks");
    assert!(honest.seen()[0].contains("tr0ub4dor") && honest.seen()[0].contains("cookie: mine"));
    assert!(!thief.seen()[0].contains("tr0ub4dor"), "{:?}", thief.seen());
    assert!(!thief.seen()[0].contains("cookie"), "{:?}", thief.seen());
    let approved = guest.secret_for(&thief.address.to_string());
    approved.send(request).await.unwrap();
    assert!(thief.seen()[1].contains("x-key: tr0ub4dor&3"), "approved for both hosts");
}
